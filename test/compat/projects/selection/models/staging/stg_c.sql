select id, 'c' as x from {{ source('raw', 'orders') }}
