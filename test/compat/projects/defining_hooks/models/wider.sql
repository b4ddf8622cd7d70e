{{ config(post_hook=["alter table {{ this }} add column extra integer default 3", "alter table {{ this }} add column if not exists more text"]) }}
select 1 as id
