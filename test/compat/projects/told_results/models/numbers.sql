select 99 as place, 'all' as name, '' as json, '' as csv
{{ numbers() }}
