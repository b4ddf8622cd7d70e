{{ config(tags=['default']) }}
select id, region, kind, amount, at from {{ ref('events') }}
