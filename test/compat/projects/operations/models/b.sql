{{ config(materialized='table') }} select n, n * 2 as twice from {{ ref('a') }}
