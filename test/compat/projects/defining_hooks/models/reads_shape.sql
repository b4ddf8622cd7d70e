select heading, v.extra + t.extra as both from {{ ref("shaped_view") }} v join {{ ref("shaped") }} t using (id)
