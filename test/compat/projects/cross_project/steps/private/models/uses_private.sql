select * from {{ ref('producer', 'team_only') }}
