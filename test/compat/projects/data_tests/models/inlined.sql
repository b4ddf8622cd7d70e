{{ config(materialized='ephemeral') }}
select * from {{ ref('items') }} where id < 4
