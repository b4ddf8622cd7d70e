select coalesce(sum(amount), 0) from {{ ref('orders') }} where customer = who
