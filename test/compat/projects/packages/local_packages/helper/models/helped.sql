select '{{ var("depth") }}' as its_depth, '{{ var("scoped") }}' as scoped, '{{ var("only_helper") }}' as only_helper,
    {{ shadowed() }} as its_shadowed, s.name from {{ ref('helper_seed') }} as s
