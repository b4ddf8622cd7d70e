select 'root' as place, other.place as other from {{ ref('helper', 'same_name_there') }} as other
