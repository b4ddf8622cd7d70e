select c.id from{{ ref('a') }}as c join{{ source('loose', 'loose_a') }}as l on true where c.id in(select id from{{ ref('a') }}where id > 0)
