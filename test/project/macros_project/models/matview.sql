{{ config(materialized='materialized_view', indexes=[{'columns': ['id'], 'unique': true}] if var('round') in (1, 4) else [{'columns': ['id'], 'type': 'hash'}, {'columns': ['name']}]) }}
select id, name from {{ ref('people') }}
