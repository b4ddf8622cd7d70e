select p.id, q.id as via_two_args from {{ ref('products') }} p join {{ ref('producer', 'products', v=1) }} q using (id)
