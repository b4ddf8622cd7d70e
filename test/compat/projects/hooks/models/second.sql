{{ config(materialized='incremental', post_hook="delete from {{ this }} where id = {{ var('remove', 99) }}") }}
select * from {{ ref('first') }}
