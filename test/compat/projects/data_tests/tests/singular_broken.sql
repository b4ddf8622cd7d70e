select no_such_column from {{ ref('items_view') }}
