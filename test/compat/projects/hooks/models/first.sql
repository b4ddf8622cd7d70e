{{ config(materialized='table', pre_hook=["{{ empty_hook() }}", before_begin("{{ note('first', 'before begin') }}")],
          post_hook=["update {{ this }} set name = name || '!'", after_commit("analyze {{ this }}")]) }}
select id, name from {{ ref('few') }}
