{{ config(materialized='incremental', unique_key='id') }}select i as id from generate_series(1, 3) i
