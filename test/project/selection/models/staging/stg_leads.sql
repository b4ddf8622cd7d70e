{{ config(enabled=false) }}
select * from {{ source('crm', 'leads') }}
