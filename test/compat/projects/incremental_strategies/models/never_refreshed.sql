{{ config(unique_key='id', full_refresh=false) }}
select id, region, kind, amount, at from {{ ref('events') }}
