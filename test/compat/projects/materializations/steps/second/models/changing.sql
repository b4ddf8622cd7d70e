{{ config(materialized='table') }}
select 2::bigint as a, 'y'::text as c
