select * from {{ ref('price', v=1) }} union all select id, 0 from {{ ref('price') }}
