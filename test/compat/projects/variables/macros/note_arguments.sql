-- What packages that keep records of runs write down.
{% macro note_arguments() %}
  {% if execute and flags.WHICH == 'run' %}
    drop table if exists {{ target.schema }}.arguments;
    create table {{ target.schema }}.arguments as
    {% for name in ['which', 'select', 'exclude', 'vars', 'indirect_selection', 'defer', 'favor_state', 'empty', 'full_refresh', 'fail_fast', 'selector', 'print', 'quiet', 'use_colors', 'write_json',
                    'partial_parse', 'printer_width', 'log_level', 'introspect', 'require_generic_test_arguments_property', 'state_modified_compare_vars'] %}
      select '{{ name }}' as name, $json${{ tojson(invocation_args_dict[name], sort_keys=true) if name in invocation_args_dict else 'none' }}$json$ as value{{ ' union all' if not loop.last }}
    {% endfor %}
  {% endif %}
{% endmacro %}
