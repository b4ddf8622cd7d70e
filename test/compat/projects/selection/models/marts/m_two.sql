select id from {{ ref('m_one') }}
