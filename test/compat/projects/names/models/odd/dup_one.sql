{{ config(alias='twin', schema='left side') }}
select 1 as side
