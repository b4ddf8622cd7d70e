{% macro note_results(results) %}
{% for result in (results | sort(attribute='node.unique_id') if execute else []) %}
    {% set told, node = result.to_dict(), result.node.to_dict() %}
    {% set words = [result.status, told.status, told.message, told.failures, node.resource_type, result.node.config.materialized, result.node.config.unknown, result.skipped,
                    told.adapter_response.get('code'), told.adapter_response.get('rows_affected'), result.adapter_response.get('_message'),
                    result.timing | map(attribute='name') | list, told.timing | length, told.timing[0].started_at is string,
                    result.timing[0].started_at > modules.datetime.datetime(2020, 1, 1), result.timing[1].to_dict().name, told.thread_id is string,
                    told.execution_time is number, result.status.value, result.status.name, result.node.resource_type.name, result.node.resource_type.value, told.status.value is defined, result.status ~ '!', told.node.unique_id == node.unique_id, told.keys() | list] %}
    insert into {{ target.schema }}.journal values ('{{ node.unique_id }}', $${{ words | join(' ') }}$$);
{% endfor %}
{% endmacro %}

{% macro note_envs() %}
    insert into {{ target.schema }}.journal values ('envs', $${{ dbt_metadata_envs | tojson }} {{ invocation_args_dict.which }} {{ invocation_args_dict.vars }}$$)
{% endmacro %}

{% macro numbers() %}
{% if execute %}
    {% set one = run_query("select 2.50::numeric as n, 7 as i, true as b, 'x' as t, date '2024-02-03' as d, null::text as nothing") %}
    {% for column in one.columns %}
        union all select {{ loop.index }}, '{{ column.name }}', '{{ column.data_type.jsonify(column[0]) }}', '{{ column.data_type.csvify(column[0]) }}'
    {% endfor %}
    {% set n = one.columns[0][0] %}
    union all select -1, '{{ n is number }} {{ n.normalize().as_tuple()[2] }}', '{{ n.normalize() }}', '{{ one.columns[1][0] is number }}'
    union all select 0, 'n', '{{ (one.columns[0][0] | float) / 4 }}', '{{ one.columns[0][0] | int }}'
{% endif %}
{% endmacro %}

{% macro keep(word) %}
{% if execute %}{% do graph.setdefault('told_results', {}).setdefault('words', []).append([word, api.Relation.create(schema='kept', identifier=word)]) %}{% endif %}
{% endmacro %}

{% macro note_kept() %}
{% if execute %}
    {% do run_query('create temporary table told_words (word text, n numeric)') %}
    {% set columns = adapter.get_columns_in_relation(api.Relation.create(database=none, schema=none, identifier='told_words')) | map(attribute='name') | list %}
    insert into {{ target.schema }}.journal values
        ('kept', $${{ graph.told_results.words | join(' ') }} {{ columns }} {{ ref.config.project_name }} {{ ref.config.dependencies | list | select('equalto', 'told_results') | list }}$$)
{% endif %}
{% endmacro %}
