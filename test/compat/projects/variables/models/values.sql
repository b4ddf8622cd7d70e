select '{{ var("everywhere") }}' as everywhere, '{{ var("scoped") }}' as scoped, {{ var("number") + 1 }} as number,
    '{{ "yes" if var("flag") else "no" }}' as flag, '{{ var("list") | join("-") }}' as list, '{{ var("nested").deeper.x }}' as nested,
    '{{ var("jinja") }}' as jinja, $${{ var("sql") }}$$ as sql_text, '{{ var("unknown", "fallback") }}' as unknown, '{{ var("late", "-") }}' as late,
    '{{ var("nothing", none) is none }}' as nothing, '{{ var.has_var("list") }} {{ var.has_var("no") }}' as has
