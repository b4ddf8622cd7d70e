select 7::bigint as id, id as dim_id, 1.5::numeric as amount, 'odd'::varchar as "Odd Name" from {{ ref('dim') }}
