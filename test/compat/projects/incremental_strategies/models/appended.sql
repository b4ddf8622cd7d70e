{{ config(incremental_strategy='append') }}
select id, region, kind, amount, at from {{ ref('events') }}
