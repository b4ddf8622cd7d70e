select id from {{ ref('shown') }}
