-- depends_on: {{ ref('a') }}
select "select" as chosen from {{ source('loose', 'loose_a') }}
