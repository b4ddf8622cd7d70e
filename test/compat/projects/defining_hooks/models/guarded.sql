{{ config(post_hook=["create policy seen on {{ this }} using (id > 0)", "alter table {{ this }} enable row level security", "create trigger touched before insert on {{ this }} for each row execute function {{ target.schema }}.as_it_is()"]) }}
select 1 as id
