{{ config(materialized='plain_table') }} select 1 as a
