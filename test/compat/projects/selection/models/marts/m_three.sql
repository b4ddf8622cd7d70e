select id from {{ ref('stg_c') }} union all select id from {{ source('raw', 'fresh') }}
