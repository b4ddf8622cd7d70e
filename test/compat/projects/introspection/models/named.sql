{{ config(materialized='table') }} select count(*) as x from {{ ref('payments') }}
