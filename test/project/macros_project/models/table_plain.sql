{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}, {'columns': ['name', 'id'], 'type': 'btree'}],
          pre_hook=["create table if not exists macros.hooks (what text)", "insert into macros.hooks values ('pre {{ this.name }}')"],
          post_hook=[after_commit("insert into macros.hooks values ('after')"), "insert into macros.hooks values ('post')", "  "]) }}
select * from {{ ref('people') }} where id <= {{ var('round') }} -- a comment at the end
