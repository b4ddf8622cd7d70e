select distinct customer, {{ function('spent') }}(customer) as spent from {{ ref('orders') }}
