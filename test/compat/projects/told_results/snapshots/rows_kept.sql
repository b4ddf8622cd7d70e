{% snapshot rows_kept %}{{ config(unique_key='id', strategy='check', check_cols='all') }}select i as id from generate_series(1, 3) i{% endsnapshot %}
