select id, kind, price, parent from {{ ref('items') }}
