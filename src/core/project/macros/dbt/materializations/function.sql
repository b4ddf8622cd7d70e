{# function: create or replace a function in SQL. #}

{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] %}
    {% set existing = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type=this.Function) %}
    {# by another name, because the macro's name is only known now #}
    {% set dispatch = adapter.dispatch %}
    {% do run_hooks(pre_hooks) %}
    {% set build_sql = dispatch(this.get_function_macro_name(this.get_function_config(model)), 'dbt')(target_relation) %}
    {% do function_execute_build_sql(build_sql, existing, target_relation) %}
    {% do run_hooks(post_hooks) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro function_execute_build_sql(build_sql, existing_relation, target_relation) %}
    {{ return(adapter.dispatch('function_execute_build_sql', 'dbt')(build_sql, existing_relation, target_relation)) }}
{% endmacro %}

{% macro default__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
    {% call statement('main') %}{{ build_sql }}{% endcall %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
    {% do persist_docs(target_relation, model) %}
    {% do adapter.commit() %}
{% endmacro %}

{% macro scalar_function_sql(target_relation) %}{{ return(adapter.dispatch('scalar_function_sql', 'dbt')(target_relation)) }}{% endmacro %}

{% macro default__scalar_function_sql(target_relation) %}
    {{ scalar_function_create_replace_signature_sql(target_relation) }} {{ scalar_function_body_sql() }};
{% endmacro %}

{% macro scalar_function_create_replace_signature_sql(target_relation) %}
    {{ return(adapter.dispatch('scalar_function_create_replace_signature_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__scalar_function_create_replace_signature_sql(target_relation) %}
    CREATE OR REPLACE FUNCTION {{ target_relation.render() }} ({{ formatted_scalar_function_args_sql() }})
    RETURNS {{ model.returns.data_type }} {{ scalar_function_volatility_sql() }} AS
{% endmacro %}

{% macro formatted_scalar_function_args_sql() %}{{ return(adapter.dispatch('formatted_scalar_function_args_sql', 'dbt')()) }}{% endmacro %}

{% macro default__formatted_scalar_function_args_sql() %}
    {% set arguments = [] %}
    {% for argument in model.arguments %}{% do arguments.append(argument.name ~ ' ' ~ argument.data_type) %}{% endfor %}
    {{ return(arguments | join(', ')) }}
{% endmacro %}

{% macro scalar_function_body_sql() %}{{ return(adapter.dispatch('scalar_function_body_sql', 'dbt')()) }}{% endmacro %}

{% macro default__scalar_function_body_sql() %}
    $$
        {{ model.compiled_code }}
    $$ LANGUAGE SQL
{% endmacro %}

{# Nothing where the config says nothing: then the database's default holds. #}
{% macro scalar_function_volatility_sql() %}{{ return(adapter.dispatch('scalar_function_volatility_sql', 'dbt')()) }}{% endmacro %}

{% macro default__scalar_function_volatility_sql() %}
    {% set volatility = model.config.get('volatility') %}
    {% set words = {'deterministic': 'IMMUTABLE', 'stable': 'STABLE', 'non-deterministic': 'VOLATILE'} %}
    {% if volatility and volatility not in words %}{% do unsupported_volatility_warning(volatility) %}{% endif %}
    {{ return(words.get(volatility, '')) }}
{% endmacro %}

{% macro unsupported_volatility_warning(volatility) %}
    {{ return(adapter.dispatch('unsupported_volatility_warning', 'dbt')(volatility)) }}
{% endmacro %}

{% macro default__unsupported_volatility_warning(volatility) %}
    {% do exceptions.warn("volatility '" ~ volatility ~ "' of function '" ~ model.name ~ "' is unknown to " ~ adapter.type() ~ " and ignored") %}
{% endmacro %}
