{{ config(materialized='view') }}
select max(n) as largest from {{ ref('odd') }}
