{{ config(indexes=[{"columns": ["name"]}], post_hook=["alter table {{ this }} add column extra integer default 7", "update {{ this }} set extra = id * 10", "alter table {{ this }} rename column name to title",
    "alter table {{ this }} alter column id type bigint", "alter table {{ this }} drop column old", "create index on {{ this }} (title, extra)"]) }}
select 1 as id, 'x'::text as name, 2 as old
