{{ config(materialized='ephemeral') }} select no_such as id
