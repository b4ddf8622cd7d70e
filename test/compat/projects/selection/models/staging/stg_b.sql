select id, 'b' as x from {{ source('raw', 'orders') }}
