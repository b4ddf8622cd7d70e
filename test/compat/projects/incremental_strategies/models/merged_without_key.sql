{{ config(incremental_strategy='merge') }}
select id, region, kind, amount, at from {{ ref('events') }}
