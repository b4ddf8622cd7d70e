{{ config(post_hook=["create index on {{ this }} (id)", "create unique index on {{ this }} (lower(name)) where id > 0"], indexes=[{"columns": ["name"]}]) }}
select 1 as id, 'x'::text as name, 2 as more union all select 2, 'y', 3
