{% test is_positive(model, column_name) %}
    {{ config(error_if='>= 1') }}
    select {{ column_name }} from {{ model }} where {{ column_name }} < 0
{% endtest %}
