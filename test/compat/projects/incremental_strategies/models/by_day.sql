{{ config(incremental_strategy='microbatch', unique_key='id', event_time='at', begin='2024-03-01', batch_size='day', lookback=1,
          pre_hook="create table if not exists {{ this.schema }}.batches (n integer)",
          post_hook="insert into {{ this.schema }}.batches select 1") }}
select id, amount, at from {{ ref('events') }}
