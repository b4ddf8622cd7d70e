{{ config(materialized='table') }}
select count(*) as pairs from {{ ref('inlined') }} o join {{ source('raw', 'customers') }} c on c.id = o.customer
