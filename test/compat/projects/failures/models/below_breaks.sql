{{ config(materialized='table') }} select * from {{ ref('breaks') }}
