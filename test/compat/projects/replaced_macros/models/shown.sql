{{ config(materialized='view') }}
select id, name, made_by from {{ ref('base') }} where amount > 10
