{{ config(materialized='table' if var('round') == 1 else 'view') }}
select {{ var('round') }} as n
