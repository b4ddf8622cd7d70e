{{ config(materialized='table') }}
select n, n / 2 as half from generate_series(1, 9) as n
