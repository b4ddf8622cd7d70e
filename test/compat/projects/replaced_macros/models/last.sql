{{ config(materialized='table') }}
select id, made_by as kept_by from {{ ref('short_lived') }}
