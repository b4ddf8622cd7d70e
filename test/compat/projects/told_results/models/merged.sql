{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}select i as id from generate_series(1, 3) i
