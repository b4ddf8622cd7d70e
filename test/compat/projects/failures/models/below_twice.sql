select * from {{ ref('twice') }}
