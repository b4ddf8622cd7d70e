{{ config(alias='twin', schema='right side') }}
select side + 1 as side from {{ ref('dup_one') }}
