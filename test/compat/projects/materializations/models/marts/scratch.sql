{{ config(unlogged=true) }}
select label, count(*) as many from {{ ref('odd') }} group by label
