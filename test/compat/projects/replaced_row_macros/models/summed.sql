{{ config(materialized='materialized_view') }}
select count(*) as many, max(name) as last_name from {{ ref('grown') }}
