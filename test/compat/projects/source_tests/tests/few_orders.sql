select customer from {{ source('raw', 'orders') }} group by 1 having count(*) > 5
