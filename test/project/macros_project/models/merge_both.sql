{{ config(materialized='incremental', incremental_strategy='merge', unique_key='a', merge_update_columns=['a'], merge_exclude_columns=['b']) }} select 1 as a, 2 as b
