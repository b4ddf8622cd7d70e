{{ config(materialized='view' if var('round') < 4 else 'table', grants={'select': ['public']} if var('round') == 1 else {}) }}
select id, upper(name) as name from {{ ref('table_plain') }}
