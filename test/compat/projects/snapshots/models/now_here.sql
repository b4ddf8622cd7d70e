{{ config(materialized='table') }}
select name, city from {{ ref('by_time') }} where dbt_valid_to is null
