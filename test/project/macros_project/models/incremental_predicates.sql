{{ config(materialized='incremental', unique_key=['id', 'k'], incremental_strategy='delete+insert', incremental_predicates=['id < 3']) }}
select id, id % 2 as k, {{ var('round') }} as round from generate_series(1, 3) id
