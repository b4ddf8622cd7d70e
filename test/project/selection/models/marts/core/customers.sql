select c.id, c.name, sum(o.amount) as total from {{ ref('stg_customers') }} c left join {{ ref('orders') }} o on o.customer_id = c.id group by 1, 2
