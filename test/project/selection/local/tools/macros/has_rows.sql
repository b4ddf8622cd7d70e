{% test has_rows(model, at_least=1) %}
select 1 where (select count(*) from {{ model }}) < {{ at_least }}
{% endtest %}
