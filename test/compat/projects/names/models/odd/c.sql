{{ config(materialized='incremental', unique_key='"Mixed Column"', database='elsewhere') }}
select "Mixed Column", id as "ID", '{{ this.schema }}.{{ this.identifier }}' as me from {{ ref('b') }}
