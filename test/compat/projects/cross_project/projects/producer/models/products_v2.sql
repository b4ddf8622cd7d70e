select id from {{ ref('own_use') }}
