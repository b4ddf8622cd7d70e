{# The "grants" config: privilege to list of roles. After a build exactly these hold, besides what others granted. #}

{# May a replaced relation have inherited the grants of the one before it? #}
{% macro copy_grants() %}{{ return(adapter.dispatch('copy_grants', 'dbt')()) }}{% endmacro %}

{% macro default__copy_grants() %}{{ return(True) }}{% endmacro %}

{# Can one statement name several roles? #}
{% macro support_multiple_grantees_per_dcl_statement() %}
    {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{% endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() %}{{ return(True) }}{% endmacro %}

{# Can there be grants to take back? Not on a new relation; on a replaced one if grants are copied. #}
{% macro should_revoke(existing_relation, full_refresh_mode=True) %}
    {% if not existing_relation %}{{ return(False) }}{% endif %}
    {{ return(copy_grants() if full_refresh_mode else True) }}
{% endmacro %}

{% macro get_show_grant_sql(relation) %}{{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}{% endmacro %}

{% macro default__get_show_grant_sql(relation) %}show grants on {{ relation.render() }}{% endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) %}
    {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{# Roles are written as the project wrote them: a name that needs quotes comes with them. #}
{% macro default__get_grant_sql(relation, privilege, grantees) -%}
    grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}

{% macro get_revoke_sql(relation, privilege, grantees) %}
    {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{# Here the roles come from the database, so they are quoted. #}
{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
    revoke {{ privilege }} on {{ relation.render() }} from {{ get_quoted_csv(grantees) }}
{%- endmacro %}

{# The statements that get_dcl_macro (get_grant_sql or get_revoke_sql) makes of privilege -> roles. #}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
    {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{% endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
    {% set statements = [] %}
    {% set together = support_multiple_grantees_per_dcl_statement() %}
    {% for privilege, roles in grant_config.items() if roles %}
        {% for group in ([roles] if together else roles | batch(1)) %}
            {% do statements.append(get_dcl_macro(relation, privilege, group)) %}
        {% endfor %}
    {% endfor %}
    {{ return(statements) }}
{% endmacro %}

{% macro call_dcl_statements(dcl_statement_list) %}
    {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{% endmacro %}

{# All in one go. #}
{% macro default__call_dcl_statements(dcl_statement_list) %}
    {% call statement('grants') %}
        {% for text in dcl_statement_list %}{{ text }};
        {% endfor %}
    {% endcall %}
{% endmacro %}

{# Without should_revoke everything is granted and nothing looked up; without grant_config nothing happens. #}
{% macro apply_grants(relation, grant_config, should_revoke) %}
    {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}
    {% if not grant_config %}{{ return('') }}{% endif %}
    {% set missing, surplus = grant_config, {} %}
    {% if should_revoke %}
        {% set present = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) %}
        {% set missing = diff_of_two_dicts(grant_config, present) %}
        {% set surplus = diff_of_two_dicts(present, grant_config) %}
    {% endif %}
    {% set statements = get_dcl_statement_list(relation, surplus, get_revoke_sql)
                      + get_dcl_statement_list(relation, missing, get_grant_sql) %}
    {% if statements %}{% do call_dcl_statements(statements) %}{% endif %}
{% endmacro %}
