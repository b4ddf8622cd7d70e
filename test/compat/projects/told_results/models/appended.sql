{{ config(materialized='incremental') }}select {{ 1 if is_incremental() else 2 }} as id
