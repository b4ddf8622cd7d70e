{# Level by level: what it names without a ref is built before it, as its level is the first. #}
{{ config(materialized='table') }}
{%- set named = adapter.get_relation(this.database, this.schema, 'named') -%}
select n.x, '{{ named.type if named else "none" }}' as kind, count(*) as rows
from {{ ref('existing') }} cross join {{ this.schema }}.named as n
group by 1, 2
