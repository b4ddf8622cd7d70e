{% snapshot history %}
{{ config(strategy='check', check_cols='all', unique_key='id', target_schema='history', post_hook="grant select on {{ this }} to public") }}
select * from {{ ref('few') }}
{% endsnapshot %}
