{{ config(severity='warn', error_if='>100') }}
select * from {{ ref('items_view') }}
