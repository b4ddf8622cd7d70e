{{ config(materialized='incremental', unique_key='id', incremental_strategy='insert_overwrite', indexes=[{'columns': ['id']}]) }}
select id, {{ var('round') }} as round from generate_series(1, 3) id {% if is_incremental() %}where id > 1{% endif %}
