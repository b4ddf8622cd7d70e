select * from {{ ref('customers') }} c where total <> (select sum(amount) from {{ ref('orders') }} where customer_id = c.id)
