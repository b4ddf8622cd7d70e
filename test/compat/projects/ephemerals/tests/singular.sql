select n from {{ ref('three') }} where n > 100
