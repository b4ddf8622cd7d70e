{{ config(materialized='materialized_view', on_configuration_change='continue', indexes=[{'columns': ['id']}] if var('round') == 1 else []) }}
select id from {{ ref('people') }}
