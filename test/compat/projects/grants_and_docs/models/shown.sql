select id from {{ ref('growing') }}
