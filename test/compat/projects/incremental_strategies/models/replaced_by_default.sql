{{ config(unique_key='id') }}
select id, region, kind, amount, at from {{ ref('events') }}
