select a.id from {{ ref('stg_a') }} a full join {{ ref('stg_c') }} c using (id) where a.id is null
