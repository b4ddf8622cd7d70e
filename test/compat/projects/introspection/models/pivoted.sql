{{ config(materialized='table') }}
select
    {% for method in column_values(ref('payments'), 'method') -%}
    sum(case when method = '{{ method }}' then amount else 0 end) as {{ method | replace(' ', '_') }}_amount,
    {% endfor -%}
    sum(amount) as total
from {{ ref('payments') }}
