{{ config(incremental_strategy='only_new', unique_key='id') }}
select id, region, kind, amount, at from {{ ref('events') }}
