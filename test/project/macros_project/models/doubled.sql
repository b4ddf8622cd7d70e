select id * 2 as id, name::varchar(3) as name from {{ ref('people') }}
