{{ config(tags=['quick']) }}
select * from {{ ref('items_view') }} as i where parent is not null
and not exists (select from {{ ref('parents') }} as p where p.id = i.parent)
