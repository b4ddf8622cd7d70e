{{ config(materialized='table') }}
select count(*) as many from {{ ref('on_fail') }}
