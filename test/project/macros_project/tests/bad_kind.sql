{{ config(store_failures=true, store_failures_as='nothing') }} select 1
