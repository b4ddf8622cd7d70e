{{ config(materialized='ephemeral') }}
select n * 10 as tens from {{ ref('numbers') }}
