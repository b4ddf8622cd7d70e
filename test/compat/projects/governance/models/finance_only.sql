select v1.id, v2.label, v3.extra, c.id as cid, '{{ ref("dim") }} {{ ref("dim", v=3).identifier }}' as names
from {{ ref('dim', v=1) }} v1 join {{ ref('governance', 'dim', v=2) }} v2 using (id) join {{ ref('dim', v='3') }} v3 using (id) join {{ ref('contracted_view') }} c using (id)
