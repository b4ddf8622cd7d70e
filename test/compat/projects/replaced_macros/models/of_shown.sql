{{ config(materialized='view', grants={}) }}
select count(*) as many, min(made_by) as made_by from {{ ref('shown') }}
