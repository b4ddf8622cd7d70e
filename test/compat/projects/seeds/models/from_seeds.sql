with plain as (select * from {{ ref('plain') }}), typed as (select * from {{ ref('typed') }}), other as (select * from {{ ref('elsewhere') }})
select plain.id, typed.count, other.v from plain left join typed on typed.count = plain.id cross join other
