{{ config(enabled=var('gone_enabled', true)) }}
select 1 as one
