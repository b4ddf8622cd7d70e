{{ config(incremental_strategy='merge', unique_key='id', merge_update_columns=['amount']) }}
select id, region, kind, amount, at from {{ ref('events') }}
