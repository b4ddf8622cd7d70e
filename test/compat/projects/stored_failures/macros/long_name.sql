{% test a_test_with_a_name_that_is_much_longer_than_postgres_allows_for_a_table(model, column) %}
select {{ column }}, count(*) as many from {{ model }} where {{ column }} is null group by 1
{% endtest %}
