select id, name from {{ ref('grown') }}
