select {{ var('round') }} as round, 1 as id
