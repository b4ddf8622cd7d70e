select max(half) as largest from {{ ref('rows') }}
