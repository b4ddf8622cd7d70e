{% macro defines_elsewhere() %}
  {% do run_query("grant select on " ~ ref("indexed") ~ ", " ~ ref("wider") ~ " to public") %}
  {% do run_query("create index on " ~ this ~ " (id)") %}
{% endmacro %}
