select id from {{ ref('parents') }}
