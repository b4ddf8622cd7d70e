select id, customer, amount::numeric as amount from {{ ref('raw_orders') }}
