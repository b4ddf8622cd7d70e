select * from {{ ref('contracted') }} where id > 1
