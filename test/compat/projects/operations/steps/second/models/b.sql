{{ config(materialized='table') }} select n, n * 3 as thrice from {{ ref('a') }}
