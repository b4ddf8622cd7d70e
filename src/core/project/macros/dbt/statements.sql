{# Running SQL from a template. A statement's result is kept under its name, for load_result(). #}

{# Runs the caller's text. The statement called 'main' is what the node's built SQL is written from. Parsing runs nothing. #}
{% macro statement(name=None, fetch_result=False, auto_begin=True, language='sql') -%}
    {%- if execute -%}
        {%- set text = caller() -%}
        {%- if language != 'sql' -%}
            {%- do exceptions.raise_compiler_error("a statement is written in sql, not in " ~ language) -%}
        {%- endif -%}
        {%- if name == 'main' -%}{%- do write(text) -%}{%- endif -%}
        {%- set response, rows = adapter.execute(text, auto_begin=auto_begin, fetch=fetch_result) -%}
        {%- if name is not none -%}{%- do store_result(name, response=response, agate_table=rows) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Keeps the caller's text and a result that came about elsewhere, as if a statement of that name had run. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
    {%- set text = caller() -%}
    {%- if name == 'main' -%}{%- do write(text) -%}{%- endif -%}
    {%- if name is not none -%}
        {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
    {%- endif -%}
{%- endmacro %}

{# The rows of a query. #}
{% macro run_query(sql) %}
    {% call statement('run_query_statement', fetch_result=true, auto_begin=false) %}
        {{ sql }}
    {% endcall %}
    {{ return(load_result('run_query_statement').table) }}
{% endmacro %}
