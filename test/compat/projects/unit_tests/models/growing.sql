{{ config(materialized='incremental', unique_key='id') }}
select id, amount, at from {{ source('raw', 'orders') }}
{% if is_incremental() %} where at > (select max(at) from {{ this }}) {% endif %}
