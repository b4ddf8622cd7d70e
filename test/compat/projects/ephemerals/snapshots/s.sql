{% snapshot of_ephemeral %}
{{ config(strategy='check', check_cols=['n'], unique_key='n', target_schema='analytics') }}
select n from {{ ref('two') }}
{% endsnapshot %}
