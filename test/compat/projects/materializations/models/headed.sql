{% call set_sql_header(config) %}
create function pg_temp.twice(x integer) returns integer language sql as 'select x * 2';
{% endcall %}
{{ config(materialized='table') }}
select pg_temp.twice(n) as doubled from {{ ref('numbers') }}
