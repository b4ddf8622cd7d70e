select id, name from {{ ref('few') }} where {{ [true] | random }}
