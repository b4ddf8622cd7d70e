select 'a'::text as label, 1 as id
