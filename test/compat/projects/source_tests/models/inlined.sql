{{ config(materialized='ephemeral') }}
select id, customer from {{ source('raw', 'orders') }}
