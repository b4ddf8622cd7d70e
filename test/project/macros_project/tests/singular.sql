{{ config(fail_calc='sum(n)', warn_if='> 2', error_if='> 20', store_failures_as='view') }}
select 3 as n
