{{ config(incremental_strategy='merge', unique_key='id', merge_exclude_columns=['kind', 'region']) }}
select id, region, kind, amount, at from {{ ref('events') }}
