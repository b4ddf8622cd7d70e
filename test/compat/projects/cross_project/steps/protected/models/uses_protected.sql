select * from {{ ref('producer', 'own_use') }}
