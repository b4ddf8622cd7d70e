{# seed: a table of a CSV file's rows, emptied and filled again by each run, made anew by a full refresh. #}

{% materialization seed, default %}
    {% set rebuild = should_full_refresh() %}
    {% set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) %}
    {% set is_table = existing is not none and existing.is_table %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set rows = load_agate_table() %}
    {% do store_result('agate_table', response='OK', agate_table=rows) %}

    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}

    {% if existing is not none and existing.is_view %}
        {% do exceptions.raise_compiler_error("Cannot seed to '" ~ existing.render() ~ "', it is a view") %}
    {% endif %}
    {% set prepared = reset_csv_table(model, rebuild, existing, rows) if is_table else create_csv_table(model, rows) %}
    {% set count, verb = rows.rows | length, 'CREATE' if rebuild else 'INSERT' %}
    {% set inserted = load_csv_rows(model, rows) if count > 0 else '' %}
    {% call noop_statement('main', verb ~ ' ' ~ count, verb, count) %}{{ get_csv_sql(prepared, inserted) }};{% endcall %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, rebuild)) %}
    {% do persist_docs(target_relation, model) %}
    {% if rebuild or not is_table %}{% do create_indexes(target_relation) %}{% endif %}

    {% do run_hooks(post_hooks, inside_transaction=True) %}
    {% do adapter.commit() %}
    {% do run_hooks(post_hooks, inside_transaction=False) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Each of these runs its statement and returns its text. #}
{% macro create_csv_table(model, agate_table) %}{{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}{% endmacro %}

{% macro default__create_csv_table(model, agate_table) %}
    {% set types, quote = model['config'].get('column_types', {}), model['config'].get('quote_columns', none) %}
    {% set columns = [] %}
    {% for name in agate_table.column_names %}
        {% set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) %}
        {% do columns.append(adapter.quote_seed_column(name | string, quote) ~ ' ' ~ type) %}
    {% endfor %}
    {% set ddl = 'create table ' ~ this.render() ~ ' (' ~ columns | join(', ') ~ ')' %}
    {% call statement('_') %}{{ ddl }}{% endcall %}
    {{ return(ddl) }}
{% endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{% endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {% if full_refresh %}
        {% do adapter.drop_relation(old_relation) %}
        {{ return(create_csv_table(model, agate_table)) }}
    {% endif %}
    {% do adapter.truncate_relation(old_relation) %}
    {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{# Of several batches the first one's text is returned. #}
{% macro load_csv_rows(model, agate_table) %}{{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}{% endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
    {% set names = agate_table.column_names %}
    {% set one_row = '(' ~ ([get_binding_char() | trim] * names | length) | join(',') ~ ')' %}
    {% set texts = [] %}
    {% for chunk in agate_table.rows | batch(get_batch_size()) %}
        {% set insert = 'insert into ' ~ this.render() ~ ' (' ~ get_seed_column_quoted_csv(model, names) ~ ') values '
                      ~ ([one_row] * chunk | length) | join(',') %}
        {% set values = [] %}
        {% for row in chunk %}{% do values.extend(row) %}{% endfor %}
        {% do adapter.add_query(insert, bindings=values, abridge_sql_log=True) %}
        {% do texts.append(insert) %}
    {% endfor %}
    {{ return(texts[0]) }}
{% endmacro %}

{# What is shown as the seed's SQL. #}
{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}{{ return(create_or_truncate_sql ~ ';\n' ~ insert_sql) }}{% endmacro %}

{% macro get_binding_char() %}{{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}{% endmacro %}

{% macro default__get_binding_char() %}{{ return('%s') }}{% endmacro %}

{% macro get_batch_size() %}{{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}{% endmacro %}

{% macro default__get_batch_size() %}{{ return(10000) }}{% endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) %}
    {% set quoted = [] %}
    {% for name in column_names %}
        {% do quoted.append(adapter.quote_seed_column(name, model['config'].get('quote_columns', none))) %}
    {% endfor %}
    {{ return(quoted | join(', ')) }}
{% endmacro %}
