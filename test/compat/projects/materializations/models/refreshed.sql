{{ config(materialized='materialized_view', indexes=[{'columns': ['by_three']}]) }}
select by_three, count(*) as many, sum(n) as total from {{ ref('growing') }} join {{ ref('numbers') }} using (n) group by 1
