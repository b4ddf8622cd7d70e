{{ config(materialized='table') }}
select '{{ this.table }}' as name, '{{ this.include(database=false) }}' as relation, '{{ this.quote(identifier=false) }}' as unquoted
