{% macro get_incremental_only_new_sql(arg_dict) %}
insert into {{ arg_dict['target_relation'] }} ({{ arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') }})
select {{ arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') }} from {{ arg_dict['temp_relation'] }} as fresh
where not exists (
    select from {{ arg_dict['target_relation'] }} as old
    where old.{{ arg_dict['unique_key'] }} = fresh.{{ arg_dict['unique_key'] }}
)
{% endmacro %}
