select count(*) as n from {{ ref('customers') }} union all select count(*) from {{ ref('tool_days') }} union all select count(*) from {{ ref('countries') }}
