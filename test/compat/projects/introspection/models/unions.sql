{% set relations = [ref('pivoted'), ref('payments')] %}
{% set names = [] %}
{% for relation in relations %}{% for column in adapter.get_columns_in_relation(relation) %}{% if column.column not in names %}{% do names.append(column.column) %}{% endif %}{% endfor %}{% endfor %}
{% for relation in relations %}
{% set here = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
select {% for name in names %}{{ name if name in here else 'null' }}::text as {{ name }}{{ ', ' if not loop.last }}{% endfor %} from {{ relation }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% if not names %}select 1 as nothing{% endif %}
