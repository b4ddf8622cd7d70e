{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select {{ var('round') }} as id, 'x'::{{ 'varchar(2)' if var('round') == 1 else 'varchar(9)' }} as wide, 1::{{ 'int' if var('round') == 1 else 'numeric' }} as retyped
{%- if var('round') == 1 %}, 1 as old{% else %}, 'y' as new{% endif %}
