{{ config(post_hook="alter table {{ this }} add primary key (id)") }}
select 1 as id
