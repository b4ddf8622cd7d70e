{{ config(severity='warn', tags=['vital']) }}
select * from {{ ref('orders') }} where amount < 0
