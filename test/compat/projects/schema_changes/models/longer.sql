select 1 as id, 'short'::varchar({{ 40 if is_incremental() else 10 }}) as text
