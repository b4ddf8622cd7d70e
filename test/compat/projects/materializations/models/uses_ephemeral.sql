with tens as (select * from {{ ref('kept_inside') }})
select tens from tens where tens > 50
