select * from {{ ref('customers') }} where {{ function('spent') }}(customer) < 0
