select count(*) as many from {{ ref('totals') }}
