{% test row_parity(model, even) %}
with r as (select * from {{ model }}) select n from r where (n % 2 = 0) <> {{ even }}
{% endtest %}
