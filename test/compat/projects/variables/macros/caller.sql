{% macro caller_macro() %}select '{{ caller('arg') }} {{ caller('again') }}' {% endmacro %}
{% macro local(a, b='dflt') %}{{ a }}/{{ b }}/{{ varargs | join('+') }}/{{ kwargs.get('k', '') }}{% endmacro %}
