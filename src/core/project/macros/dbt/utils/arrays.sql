{# Arrays. All elements are of one type. #}

{# data_type is that of the elements, needed where there are none. #}
{% macro array_construct(inputs=[], data_type=api.Column.translate_type('integer')) %}
    {{ return(adapter.dispatch('array_construct', 'dbt')(inputs, data_type)) }}
{% endmacro %}

{% macro default__array_construct(inputs, data_type) %}
    {{ 'array[ ' ~ inputs | join(' , ') ~ ' ]' if inputs | length > 0 else 'array[]::' ~ data_type ~ '[]' }}
{% endmacro %}

{% macro array_append(array, new_element) %}{{ return(adapter.dispatch('array_append', 'dbt')(array, new_element)) }}{% endmacro %}

{% macro default__array_append(array, new_element) %}{{ return('array_append(' ~ array ~ ', ' ~ new_element ~ ')') }}{% endmacro %}

{% macro array_concat(array_1, array_2) %}{{ return(adapter.dispatch('array_concat', 'dbt')(array_1, array_2)) }}{% endmacro %}

{% macro default__array_concat(array_1, array_2) %}{{ return('array_cat(' ~ array_1 ~ ', ' ~ array_2 ~ ')') }}{% endmacro %}
