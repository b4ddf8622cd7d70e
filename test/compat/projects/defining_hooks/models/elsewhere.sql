{{ config(pre_hook="alter table {{ ref('indexed') }} add constraint positive check (id > 0)",
          post_hook=["create index on {{ ref('indexed') }} (id, name)", "alter table {{ ref('indexed') }} add unique (id)", "comment on table {{ ref('indexed') }} is 'from elsewhere'", "{{ defines_elsewhere() }}",
                     "alter table {{ ref('early') }} add column late integer default 5", "update {{ ref('early') }} set late = 6 where id = 1", "create index on {{ ref('early') }} (late)"]) }}
select id from {{ ref("indexed") }}
