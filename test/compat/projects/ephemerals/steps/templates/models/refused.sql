{{ config(materialized='ephemeral') }} select 1 as id {% if execute %}{{ exceptions.raise_compiler_error('it refuses') }}{% endif %}
