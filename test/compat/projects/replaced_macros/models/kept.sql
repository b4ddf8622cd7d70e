{{ config(materialized='incremental', unique_key='id', indexes=[{'columns': ['name']}]) }}
select id, name, amount from {{ ref('base') }}
{% if is_incremental() %}where amount > 20{% endif %}
