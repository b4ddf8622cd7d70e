{% macro get_incremental_twice_sql(arg_dict) %}
    {{ get_insert_into_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns) }};
    {{ get_insert_into_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns) }}
{% endmacro %}

{% macro default__concat(fields) %}concat({{ fields | join(', ') }}){% endmacro %}

{% macro postgres__length(expression) %}char_length({{ expression }}){% endmacro %}

{% materialization plain_table, adapter='postgres' %}
    {% set target_relation = this.incorporate(type='table') %}
    {% set temp = make_temp_relation(target_relation) %}
    {% do run_query(create_table_as(True, temp, sql)) %}
    {% do drop_relation_if_exists(load_relation(this)) %}
    {% call statement('main') %}{{ get_create_table_as_sql(False, target_relation, 'select a, a + 1 as b from ' ~ temp) }}{% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Results of helpers, kept in a table, where they are compared. #}
{% macro check_helpers() %}
    {% set people = adapter.get_relation(target.database, 'macros', 'people') %}
    {% set long = people.incorporate(path={'identifier': 'x' * 70}) %}
    {% set results = {
        'columns': get_columns_in_relation(people) | map(attribute='expanded_data_type') | list,
        'of query': get_columns_in_query('select 1 as a, 2 as "B c"'),
        'intermediate': make_intermediate_relation(long) | string,
        'backup': make_backup_relation(people, 'view').type,
        'temp': (make_temp_relation(long) | string)[:50],
        'found': get_or_create_relation(target.database, 'macros', 'people', 'view') | string,
        'made': get_or_create_relation(target.database, 'macros', 'nobody', 'view') | string,
        'dates': dates_in_range('20240227', '20240302') | join(','),
        'one date': dates_in_range('20240227', out_fmt='%d.%m.%y') | join(','),
        'range': partition_range('20240227,20240301') | join(','),
        'schema': generate_schema_name('  extra ', none) | trim,
        'no schema': generate_schema_name(none, none) | trim,
        'env': generate_schema_name_for_env('extra', none) | trim,
        'alias': generate_alias_name(none, {'name': 'm', 'version': 1.5}) | trim,
        'alias2': generate_alias_name(' a ', {'name': 'm'}) | trim,
        'alias3': generate_alias_name(none, {'name': 'm'}) | trim,
        'database': generate_database_name('d', none) | trim,
        'hook': before_begin('x') | trim,
        'schemas': 'macros' in list_schemas(target.database).columns[0].values(),
        'exists': check_schema_exists(api.Relation.create(database=target.database, schema='macros').information_schema(), 'macros').columns[0].values() | list,
        'relations': list_relations_without_caching(people).rows | map('list') | map('string') | sort | join,
        'depend': postgres_get_relations().rows | map('list') | map('string') | sort | join,
        'grants': get_revoke_sql(people, 'select', ['a', 'b']) | trim,
        'dcl': get_dcl_statement_list(people, {'select': ['a', 'b'], 'insert': [], 'update': ['c']}, get_grant_sql) | map('trim') | join(';'),
        'csv': get_quoted_csv(['a', 'B']),
        'full': should_full_refresh(),
        'store': should_store_failures() | string,
        'incremental': is_incremental() | string,
        'replace': get_replace_sql(people, people.incorporate(type='view'), 'select 1'),
        'drop': get_drop_sql(people) | trim, 'rename': get_rename_sql(people, 'x') | trim,
        'show': get_show_sql('select 1', none, 5) | trim, 'show2': get_limit_subquery_sql('select 1', none) | trim,
        'test': get_test_sql('select 1', 'count(*)', '!= 0', '> 1', 3),
        'true': get_true_sql() | trim, 'hash': snapshot_hash_arguments(['a', 'b']) | trim,
        'time': snapshot_get_time() | trim, 'time type': get_snapshot_get_time_data_type(),
        'string time': snapshot_string_as_time('2024-01-01'),
        'empty': get_empty_schema_sql({'a': {'name': 'a', 'data_type': 'int'}, 'b': {'name': 'b', 'data_type': 'text', 'quote': true}}) | trim,
        'subquery': get_empty_subquery_sql('select 1', 'set x;') | trim,
        'diff': diff_columns(get_columns_in_relation(people), []) | length,
        'csv columns': get_seed_column_quoted_csv({'config': {'quote_columns': true}}, ['a', 'b']),
        'batch': get_batch_size(), 'binding': get_binding_char(), 'clone': can_clone_table(), 'copy': copy_grants(),
        'keys': unique_key_fields(['a', 'b']) ~ unique_key_join_on('a', 'x', 'y') ~ unique_key_join_on(['a', 'b'], 'x', 'y') ~ unique_key_is_null('a', 'x') ~ unique_key_is_not_null(['a'], 'x'),
        'overwrite': get_insert_overwrite_merge_sql('t', 's', get_columns_in_relation(people), ['a = 1']),
        'change': incremental_validate_on_schema_change('x'),
        'escape': postgres_escape_comment("it's") | trim,
        'explain': validate_sql('select 1') | length,
    } %}
    {% do run_query('drop table if exists macros.helpers') %}
    {% do run_query('create table macros.helpers (name text, result text)') %}
    {% for name, result in results.items() %}
        {% set text = modules.re.sub('\\s+', '', modules.re.sub('--.*\n', '', result | string)) %}
        {% do run_query("insert into macros.helpers values ('" ~ name ~ "', '" ~ text.replace("'", "''") ~ "')") %}
    {% endfor %}
    {% do drop_schema_named('macros_gone') %}
    {% do create_schema(api.Relation.create(database=target.database, schema='macros_new')) %}
    {% do adapter.commit() %}
{% endmacro %}
