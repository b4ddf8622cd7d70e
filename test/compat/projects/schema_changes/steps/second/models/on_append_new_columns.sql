{{ config(on_schema_change='append_new_columns') }}
select i as id, 'b'::text as kept, 20::bigint as retyped, now() > '2020-01-01' as added, 'gone' as dropped from generate_series(2, 3) as i
