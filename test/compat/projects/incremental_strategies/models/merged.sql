{{ config(incremental_strategy='merge', unique_key='id') }}
select id, region, kind, amount, at from {{ ref('events') }}
