select * from {{ ref('refused_read') }}
