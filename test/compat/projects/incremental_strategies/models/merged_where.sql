{{ config(incremental_strategy='merge', unique_key='id', incremental_predicates=["DBT_INTERNAL_DEST.at > '2024-03-01 12:00'"]) }}
select id, region, kind, amount, at from {{ ref('events') }}
