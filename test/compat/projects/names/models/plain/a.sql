select 1 as id, 'x' as "Mixed Column", 2 as "select", 3 as "with ""quote"
