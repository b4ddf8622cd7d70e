select id, 'a' as x from {{ source('raw', 'orders') }}
