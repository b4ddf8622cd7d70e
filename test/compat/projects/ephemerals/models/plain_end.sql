select * from {{ ref('three') }}
union all select n from {{ ref('one') }}
