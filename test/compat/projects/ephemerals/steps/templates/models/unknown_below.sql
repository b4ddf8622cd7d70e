select * from {{ ref('unknown_read') }}
