{{ config(materialized='view') }}
select id, {{ function('with_tax') }}(amount) as amount, {{ function('functions', 'doubled') }}(amount) as doubled from {{ ref('orders') }}
