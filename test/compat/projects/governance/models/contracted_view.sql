select id from {{ ref('dim', version=1) }}
