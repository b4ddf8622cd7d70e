{{ config(materialized='table') }}
select * from {{ ref('shaped') }}
