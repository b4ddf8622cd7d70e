{{ config(materialized='incremental', incremental_strategy='merge') }} select {{ var('round') }} as round
