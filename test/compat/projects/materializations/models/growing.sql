{{ config(materialized='incremental') }}
select n, '{{ "next" if is_incremental() else "first" }}' as run from {{ ref('numbers') }}
{% if is_incremental() %} where n > (select max(n) - 2 from {{ this }}) {% endif %}
