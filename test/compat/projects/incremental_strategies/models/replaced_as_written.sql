{{ config(incremental_strategy='delete+insert', unique_key='"Id"') }}
select id as "Id", amount from {{ ref('events') }}
