select id, customer from {{ source('raw', 'orders') }}
