select 1 as id, 'x' as wrong, 2 as more
