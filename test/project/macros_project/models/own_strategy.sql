{{ config(materialized='incremental', incremental_strategy='twice') }} select {{ var('round') }} as n
