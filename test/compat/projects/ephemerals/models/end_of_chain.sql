{{ config(materialized='table') }}
with
x as (select * from {{ ref('three') }}), y as (select n from {{ ref('two') }})
select x.n, (select count(*) from y) as many, '{{ ref("one") }}' as name from x
