{{ config(materialized='incremental', unique_key=['id', 'k'], incremental_strategy='merge', merge_exclude_columns=['kept'], incremental_predicates=['DBT_INTERNAL_DEST.id < 3']) }}
select id, id % 2 as k, {{ var('round') }} as round, {{ var('round') }} as kept from generate_series(1, 2) id
