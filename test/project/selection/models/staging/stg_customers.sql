{{ config(tags='people', materialized='ephemeral') }}
select id, {{ shout('name') }} as name, country from {{ source('raw', 'customers') }}
