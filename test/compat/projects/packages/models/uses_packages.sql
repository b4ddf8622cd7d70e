select {{ helper.greet('a') }} as greeting, {{ helper.part('b') }} as part, {{ helper.plain() }} as plain,
    {{ shadowed() }} as shadowed, {{ helper.shadowed() }} as shadowed_there, {{ other_helper.twice(21) }} as twice,
    {{ dbt.current_timestamp() }} as now_there, cast('x' as {{ dbt.type_string() }}) as x, {{ dbt.concat(["'a'", "'b'"]) }} as ab,
    '{{ var("depth") }}' as depth, h.*
from {{ ref('helper', 'helped') }} as h
