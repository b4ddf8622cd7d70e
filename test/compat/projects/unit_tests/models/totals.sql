select t.customer, t.total * {{ var('factor') }} as total, {{ label('t.customer') }} as label, '{{ env_var("COMPAT_UNIT", "none") }}' as env,
       length('{{ invocation_id }}') as id_length
from {{ ref('sums') }} as t
