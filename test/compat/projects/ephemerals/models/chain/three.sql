/* leading comment with the word with */
WITH RECURSIVE t(n) as (select max(n) from {{ ref('two') }} union all select n - 5 from t where n > 5)
select t.n from t join {{ ref('one') }} o on o.n <= t.n group by 1
