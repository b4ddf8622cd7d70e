{{ config(materialized='table') }} select 1.5::numeric(10,2) as amount, 'x' as "Label", 1 as id
