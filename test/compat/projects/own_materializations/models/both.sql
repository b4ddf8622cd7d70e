{{ config(materialized='two_tables') }}
select 'left' as side, 1 as n union all select 'right', 2
