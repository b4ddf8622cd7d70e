{{ config(on_schema_change='fail') }}
{% if not is_incremental() %}
select 1 as id, 'a'::text as kept, 10::integer as retyped, 'gone' as dropped
{% else %}
select 2 as id, 'b'::text as kept, 20::integer as retyped, 'new' as added, 'gone' as dropped
{% endif %}
