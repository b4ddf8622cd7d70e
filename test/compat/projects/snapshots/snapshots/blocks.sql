{% snapshot by_time %}
{{ config(strategy='timestamp', updated_at='changed_at') }}
select * from {{ ref('people') }}
{% endsnapshot %}

{% snapshot by_columns %}
{{ config(strategy='check', check_cols=['city'], target_schema='history') }}
select id, name, city from {{ ref('people') }}
{% endsnapshot %}

{% snapshot by_all_columns %}
{{ config(strategy='check', check_cols='all', invalidate_hard_deletes=true) }}
select id, name, city from {{ ref('people') }}
{% endsnapshot %}

{% snapshot by_two_keys %}
{{ config(strategy='timestamp', updated_at='changed_at', unique_key=['id', 'name'], schema='pairs', alias='paired') }}
select * from {{ ref('people') }} where id > 1
{% endsnapshot %}

{% snapshot by_macro %}
{{ config(strategy='moved') }}
select * from {{ ref('people') }}
{% endsnapshot %}

{% snapshot by_macro_of_package %}
{{ config(strategy='snapshots.moved') }}
select * from {{ ref('people') }}
{% endsnapshot %}
