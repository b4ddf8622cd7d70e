{{ config(unique_key="region || '/' || kind") }}
select region, kind, sum(amount) as amount from {{ ref('events') }} group by region, kind
