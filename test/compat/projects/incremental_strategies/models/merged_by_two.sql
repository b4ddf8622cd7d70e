{{ config(incremental_strategy='merge', unique_key=['region', 'kind']) }}
select region, kind, sum(amount) as amount, max(at) as at from {{ ref('events') }} group by region, kind
