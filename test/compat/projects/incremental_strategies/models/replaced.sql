{{ config(incremental_strategy='delete+insert', unique_key='id') }}
select id, region, kind, amount, at from {{ ref('events') }}
