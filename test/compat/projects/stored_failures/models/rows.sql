{{ config(materialized='table') }}
select n, case when n % 3 = 0 then null else n / 2 end as half from generate_series(1, 9) as n
