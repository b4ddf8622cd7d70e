select no_such_column as n from {{ ref('base') }}
