with one as (select * from {{ ref('one') }}) select n * 2 as n from one -- a comment at the end
