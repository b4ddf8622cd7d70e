{{ config(materialized='ephemeral') }}
select id, customer, amount, at from {{ ref('orders') }}
