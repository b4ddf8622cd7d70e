select * from {{ ref('wrong_strategy') }}
