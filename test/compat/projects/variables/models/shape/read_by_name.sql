select id{% if var('wider', false) %}, more{% endif %} from {{ ref('all_of_it') }}
