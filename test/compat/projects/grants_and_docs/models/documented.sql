select id, 'x' as "Weird Name" from {{ ref('s') }}
