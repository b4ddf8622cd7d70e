{#- Every expression in brackets, to see the white space around it as well. -#}
[{{ dbt.any_value('a') }}] [{{ dbt.array_append('a', 'b') }}] [{{ dbt.array_concat('a', 'b') }}] [{{ dbt.array_construct([1, 2]) }}]
[{{ dbt.array_construct([], 'text') }}] [{{ dbt.array_construct() }}] [{{ dbt.bool_or('a') }}] [{{ dbt.cast('a', 'int') }}]
[{{ dbt.cast_bool_to_text('a') }}] [{{ dbt.concat(['a', 'b']) }}] [{{ dbt.current_timestamp() }}] [{{ dbt.date(2024, 2, 9) }}]
[{{ dbt.dateadd('day', 1, 'a') }}] [{{ dbt.date_trunc('day', 'a') }}] [{{ dbt.equals('a', 'b') }}] [{{ dbt.escape_single_quotes("it's") }}]
[{{ dbt.except() }}] [{{ dbt.generate_series(5) }}] [{{ dbt.generate_series(1) }}] [{{ dbt.hash('a') }}] [{{ dbt.intersect() }}]
[{{ dbt.last_day('a', 'month') }}] [{{ dbt.last_day('a', 'year') }}] [{{ dbt.length('a') }}]
[{{ dbt.listagg('a') }}] [{{ dbt.listagg('a', "'x'", 'order by b') }}] [{{ dbt.listagg('a', "'x'", 'order by b', 3) }}] [{{ dbt.listagg('a', "'x'", none, 3) }}]
[{{ dbt.position('a', 'b') }}] [{{ dbt.replace('a', 'b', 'c') }}] [{{ dbt.right('a', 2) }}] [{{ dbt.safe_cast('a', 'int') }}]
[{{ dbt.split_part('a', 'b', 2) }}] [{{ dbt.split_part('a', 'b', -2) }}] [{{ dbt.string_literal('a') }}]
[{{ dbt.type_bigint() }}] [{{ dbt.type_boolean() }}] [{{ dbt.type_float() }}] [{{ dbt.type_int() }}] [{{ dbt.type_numeric() }}]
[{{ dbt.type_string() }}] [{{ dbt.type_timestamp() }}] [{{ dbt.current_timestamp_backcompat() }}] [{{ dbt.current_timestamp_in_utc_backcompat() }}]
[{{ dbt.snapshot_get_time() }}] [{{ dbt.date_spine('day', "'2024-01-01'::date", "'2024-01-05'::date") }}] [{{ dbt.get_powers_of_two(9) }}]
{% for part in ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'] %}
[{{ dbt.datediff('a', 'b', part) }}] [{{ datediff('a', 'b', part) }}]
{% endfor %}
