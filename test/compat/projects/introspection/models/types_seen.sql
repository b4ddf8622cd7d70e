{% for column in adapter.get_columns_in_relation(ref('typed')) %}
select '{{ column.name }}' as name, '{{ column.dtype }}' as dtype, '{{ column.data_type }}' as data_type, '{{ column.is_string() }} {{ column.is_number() }}' as kind, $${{ column }}$$ as whole
{{ 'union all' if not loop.last }}
{% else %}select 'none' as name, '' as dtype, '' as data_type, '' as kind, '' as whole
{% endfor %}
