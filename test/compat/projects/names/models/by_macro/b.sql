{{ config(materialized='table', alias='B-side') }}
select *, "select" + 1 as more from {{ ref('a') }}
