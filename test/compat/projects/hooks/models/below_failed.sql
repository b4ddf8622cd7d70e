select * from {{ ref('hook_fails') }}
