{% macro changing() %}
select id, 'name ' || case when {{ var('round') }} = 1 then id when {{ var('round') }} = 2 and id = 1 then 10 else id end as name,
    id * 2 as "second Key", ('2024-01-0' || case when id = 1 then {{ var('round') }} else 1 end)::timestamp as changed
    {%- if var('round') > 1 %}, {{ var('round') }} as added{% endif %}
from generate_series(1, 3) id where id <> case when {{ var('round') }} = 2 then 3 else 0 end
{% endmacro %}
{% snapshot by_time %}{{ config(strategy='timestamp', updated_at='changed', unique_key='id') }}{{ changing() }}{% endsnapshot %}
{% snapshot by_time_invalidate %}{{ config(strategy='timestamp', updated_at='changed', unique_key='id', hard_deletes='invalidate') }}{{ changing() }}{% endsnapshot %}
{% snapshot by_time_record %}{{ config(strategy='timestamp', updated_at='changed', unique_key='id', hard_deletes='new_record') }}{{ changing() }}{% endsnapshot %}
{% snapshot by_check %}{{ config(strategy='check', check_cols=['name'], unique_key=['id', '"second Key"']) }}{{ changing() }}{% endsnapshot %}
{% snapshot by_check_all %}{{ config(strategy='check', check_cols='all', unique_key='id', hard_deletes='new_record',
    dbt_valid_to_current="'9999-12-31'::timestamp") }}{{ changing() }}{% endsnapshot %}
{% snapshot by_check_list %}{{ config(strategy='check', check_cols=['name', 'changed'], unique_key=['id', 'name'], hard_deletes='invalidate', updated_at='changed',
    grants={'select': ['public']}, indexes=[{'columns': ['id']}], dbt_valid_to_current="'9999-12-31'::timestamp",
    snapshot_meta_column_names={'dbt_valid_to': 'until', 'dbt_valid_from': 'since', 'dbt_scd_id': 'version', 'dbt_updated_at': 'changed_on'}) }}{{ changing() }}{% endsnapshot %}
{% snapshot by_nothing %}{{ config(strategy='nothing', unique_key='id') }}{{ changing() }}{% endsnapshot %}
