select n from {{ ref('base') }} where n > 1
