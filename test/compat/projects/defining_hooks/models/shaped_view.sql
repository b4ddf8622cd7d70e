{{ config(materialized="view", post_hook="alter view {{ this }} rename column title to heading") }}
select id, title, extra from {{ ref("shaped") }}
