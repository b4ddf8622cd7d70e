{{ config(post_hook=["alter table {{ this }} add foreign key (id) references {{ ref('keyed') }} (id)", "alter table {{ this }} add constraint positive check (id > 0), alter column id set default 7"]) }}
select id from {{ ref("keyed") }}
