-- depends_on: {{ ref('both') }}
select l.n + r.n as total from {{ this.schema }}.both_left l cross join {{ this.schema }}.both_right r
