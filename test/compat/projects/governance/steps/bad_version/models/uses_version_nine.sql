select * from {{ ref('dim', v=9) }}
