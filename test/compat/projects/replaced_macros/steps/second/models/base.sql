{{ config(materialized='table', fillfactor=70, indexes=[{'columns': ['id']}]) }}
select id, name, amount, amount * 2 as twice from {{ ref('raw') }}
