{{ config(materialized='incremental', unique_key='id', on_schema_change='fail', indexes=[{'columns': ['id'], 'unique': true}], pre_hook="select 1", grants={'select': ['reader']}) }}
select o.*, c.name from {{ ref('stg_orders') }} o left join {{ ref('stg_customers') }} c on c.id = o.customer_id
{% if is_incremental() %} where o.changed_at > (select max(changed_at) from {{ this }}) {% endif %}
