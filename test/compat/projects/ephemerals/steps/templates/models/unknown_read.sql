select * from {{ ref('unknown') }}
