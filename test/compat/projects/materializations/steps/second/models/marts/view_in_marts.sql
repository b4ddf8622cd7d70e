{{ config(materialized='incremental') }}
select max(n) as largest, min(n) as smallest from {{ ref('odd') }}
