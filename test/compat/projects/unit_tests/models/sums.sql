select customer, sum(amount) as total from {{ ref('inlined') }} group by customer
