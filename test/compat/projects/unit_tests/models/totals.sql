select t.customer, t.total * {{ var('factor') }} as total, {{ label('t.customer') }} as label, '{{ env_var("COMPAT_UNIT", "none") }}' as env
from {{ ref('sums') }} as t
