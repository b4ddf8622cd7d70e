select * from {{ ref('contracted_view') }}
