{{ config(materialized='materialized_view' if var('round') > 1 else 'table', on_configuration_change='fail') }}
select id from {{ ref('people') }}
