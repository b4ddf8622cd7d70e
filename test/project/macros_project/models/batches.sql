{{ config(materialized='incremental', incremental_strategy='microbatch', unique_key='at', event_time='at', batch_size='day', begin=modules.datetime.datetime.now() - modules.datetime.timedelta(days=2)) }}
select date_trunc('day', now()) as at, {{ var('round') }} as round
