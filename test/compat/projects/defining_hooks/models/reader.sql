select c.id, i.name from {{ ref("checked") }} c join {{ ref("indexed") }} i using (id) join {{ ref("wider") }} using (id)
