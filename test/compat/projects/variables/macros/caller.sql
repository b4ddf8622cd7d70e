{% macro caller_macro() %}select '{{ caller('arg') }} {{ caller('again') }}' {% endmacro %}
