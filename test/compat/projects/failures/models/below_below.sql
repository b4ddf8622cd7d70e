select * from {{ ref('below_breaks') }} cross join {{ ref('fine') }}
