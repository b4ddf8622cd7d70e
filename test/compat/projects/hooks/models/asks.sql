{#- Each hook is rendered when its turn comes, once: the second one asks what the first one made; those before the transaction come first. #}
{{ config(pre_hook=["create table if not exists " ~ target.schema ~ ".asked (what text)", "{{ count_asked('pre') }}",
                    before_begin("{{ note('asks', 'at first') }}")],
          post_hook=[after_commit("{{ count_asked('after commit') }}"), "insert into " ~ target.schema ~ ".asked values ('post')", "{{ count_asked('post') }}"]) }}
select 1 as one
