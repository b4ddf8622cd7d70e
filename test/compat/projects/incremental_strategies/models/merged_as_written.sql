{{ config(incremental_strategy='merge', unique_key=['"Id"', 'KIND']) }}
select id as "Id", kind, amount from {{ ref('events') }}
