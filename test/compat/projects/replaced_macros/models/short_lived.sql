{{ config(materialized='ephemeral') }}
select id, made_by from {{ ref('kept') }}
