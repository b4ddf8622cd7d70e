-- depends_on: {{ ref('appended') }}
{{ config(unique_key='id') }}
select id, amount, coalesce({% if is_incremental() %}(select max(run) from {{ this }}){% else %}null{% endif %}, 0) + 1 as run
from {{ ref('events') }}
{% if is_incremental() %}
where at >= (select max(at) from {{ ref('appended') }})
{% endif %}
