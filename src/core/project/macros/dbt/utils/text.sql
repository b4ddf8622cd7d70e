{# Expressions on text that read the same for every database. Arguments are expressions in SQL. #}

{% macro concat(fields) %}{{ return(adapter.dispatch('concat', 'dbt')(fields)) }}{% endmacro %}

{% macro default__concat(fields) %}{{ return(fields | join(' || ')) }}{% endmacro %}

{% macro length(expression) %}{{ return(adapter.dispatch('length', 'dbt')(expression)) }}{% endmacro %}

{% macro default__length(expression) %} length( {{ expression }} ){% endmacro %}

{% macro position(substring_text, string_text) %}{{ return(adapter.dispatch('position', 'dbt')(substring_text, string_text)) }}{% endmacro %}

{% macro default__position(substring_text, string_text) %} position( {{ substring_text }} in {{ string_text }} ){% endmacro %}

{% macro replace(field, old_chars, new_chars) %}{{ return(adapter.dispatch('replace', 'dbt')(field, old_chars, new_chars)) }}{% endmacro %}

{% macro default__replace(field, old_chars, new_chars) %} replace( {{ field }}, {{ old_chars }}, {{ new_chars }} ) {% endmacro %}

{# The last characters. #}
{% macro right(string_text, length_expression) %}{{ return(adapter.dispatch('right', 'dbt')(string_text, length_expression)) }}{% endmacro %}

{% macro default__right(string_text, length_expression) %} right( {{ string_text }}, {{ length_expression }} ){% endmacro %}

{# part_number counts from 1, from the end if it is negative. #}
{% macro split_part(string_text, delimiter_text, part_number) %}
    {{ return(adapter.dispatch('split_part', 'dbt')(string_text, delimiter_text, part_number)) }}
{% endmacro %}

{% macro default__split_part(string_text, delimiter_text, part_number) %}
    split_part( {{ string_text }}, {{ delimiter_text }}, {{ part_number }} )
{% endmacro %}

{# For databases whose split_part does not count from the end: the parts are counted, by the delimiters' length (one character). #}
{% macro _split_part_negative(string_text, delimiter_text, part_number) %}
    {% set without = 'replace(' ~ string_text ~ ', ' ~ delimiter_text ~ ", '')" %}
    split_part( {{ string_text }}, {{ delimiter_text }}, length({{ string_text }}) - length( {{ without }} ) + 2 + {{ part_number }} )
{% endmacro %}

{# md5 of the value as text. #}
{% macro hash(field) %}{{ return(adapter.dispatch('hash', 'dbt')(field)) }}{% endmacro %}

{% macro default__hash(field) -%} md5(cast({{ field }} as {{ api.Column.translate_type('string') }})) {%- endmacro %}

{# A quoted constant; quotes inside have to be doubled before, which escape_single_quotes does. #}
{% macro string_literal(value) %}{{ return(adapter.dispatch('string_literal', 'dbt')(value)) }}{% endmacro %}

{% macro default__string_literal(value) -%} '{{ value }}' {%- endmacro %}

{% macro escape_single_quotes(expression) %}{{ return(adapter.dispatch('escape_single_quotes', 'dbt')(expression)) }}{% endmacro %}

{% macro default__escape_single_quotes(expression) %}{{ return(expression | replace("'", "''")) }}{% endmacro %}
