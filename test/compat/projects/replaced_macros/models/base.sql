{{ config(materialized='table', fillfactor=70, indexes=[{'columns': ['id']}]) }}
select id, name, amount from {{ ref('raw') }}
