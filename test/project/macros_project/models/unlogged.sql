{{ config(materialized='table', unlogged=true) }}
{% call set_sql_header(config) %}set local work_mem = '5MB';{% endcall %}
select current_setting('work_mem') as m
