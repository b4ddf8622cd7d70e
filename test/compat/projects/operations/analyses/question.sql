-- how many? {{ target.schema }}
select count(*) from {{ ref('b') }} where n > {{ var('least', 2) }}
