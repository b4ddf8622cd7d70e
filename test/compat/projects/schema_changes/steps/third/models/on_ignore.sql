{{ config(on_schema_change='ignore') }}
select i as id, 'c'::text as kept, i::numeric(10,2) as retyped, 'more' as "Added Too" from generate_series(3, 4) as i
