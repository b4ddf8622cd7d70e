{{ config(materialized='view') }}
select 1 as a, 'x'::varchar(10) as b
