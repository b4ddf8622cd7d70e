select id, customer_id, amount::numeric as amount, changed_at from {{ source('raw', 'orders') }}
