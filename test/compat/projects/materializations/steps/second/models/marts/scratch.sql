{{ config(materialized='view') }}
select label from {{ ref('odd') }}
