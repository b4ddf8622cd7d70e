{{ config(materialized='incremental', unique_key='n') }}
select n from {{ ref('two') }}
{% if is_incremental() %} where n > (select min(n) from {{ this }}) {% endif %}
