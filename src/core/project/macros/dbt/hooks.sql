{# pre-hooks and post-hooks: dictionaries with "sql" and "transaction". #}

{# Runs those hooks that belong inside (or outside) the transaction, in their order. Ones that render to nothing are left out. #}
{% macro run_hooks(hooks, inside_transaction=True) %}
    {% set due = hooks | selectattr('transaction', 'equalto', inside_transaction) | list %}
    {% if due and not inside_transaction %}
        {% call statement(auto_begin=False) %}commit;{% endcall %}
    {% endif %}
    {% for hook in due %}
        {% set text = render(hook.get('sql')) | trim %}
        {% if text %}
            {% call statement(auto_begin=inside_transaction) %}{{ text }}{% endcall %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# The JSON text by which a hook given as a string says where it runs. #}
{% macro make_hook_config(sql, inside_transaction) %}
    {{ return(tojson({'sql': sql, 'transaction': inside_transaction})) }}
{% endmacro %}

{% macro before_begin(sql) %}{{ return(make_hook_config(sql, inside_transaction=False)) }}{% endmacro %}

{% macro in_transaction(sql) %}{{ return(make_hook_config(sql, inside_transaction=True)) }}{% endmacro %}

{% macro after_commit(sql) %}{{ return(make_hook_config(sql, inside_transaction=False)) }}{% endmacro %}
