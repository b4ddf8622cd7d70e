{{ config(incremental_strategy='upside_down') }}
select 1 as id
