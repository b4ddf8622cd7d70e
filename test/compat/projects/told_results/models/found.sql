{{ config(materialized='view') }}
select '{{ modules.re.findall('(?<!not )(from|join) +([a-z]+)', 'from a join b not from c') | map('join', ' ') | join(', ') }}' as found
