{{ config(materialized='table') }}
select 1 as id{% if var('wider', false) %}, 'wide' as more{% endif %}
