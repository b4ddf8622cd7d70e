-- depends_on: {{ ref("elsewhere") }}
select sum(late) as late from {{ ref("early") }}
