{{ config(post_hook={"sql": "comment on view {{ this }} is 'from a hook'"}) }}
select id from {{ ref('second') }}
