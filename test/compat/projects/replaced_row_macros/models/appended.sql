{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}
select id, name from {{ ref('people') }}
