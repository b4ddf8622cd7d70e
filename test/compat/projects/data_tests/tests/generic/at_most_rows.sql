{% test at_most_rows(model, most) %}
select many from (select count(*) as many from {{ model }}) as counted where many > {{ most }}
{% endtest %}

{% test column_sums_to(model, column_name, total) %}
{{ config(severity='warn') }}
select sum({{ column_name }}) as total from {{ model }} having sum({{ column_name }}) <> {{ total }}
{% endtest %}
