{# Lists of dates while a template is rendered, for partitions and file names. #}

{# A datetime read from text; a compilation error where the text does not follow the format. #}
{% macro convert_datetime(date_str, date_fmt) %}
    {% set complaint = "date '" ~ date_str ~ "' does not match the format '" ~ date_fmt ~ "'" %}
    {{ return(try_or_compiler_error(complaint, modules.datetime.datetime.strptime, date_str.strip(), date_fmt)) }}
{% endmacro %}

{# Every day from start to end, both included: as text in out_fmt, or as datetimes if out_fmt is empty. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") %}
    {% set first = convert_datetime(start_date_str, in_fmt) %}
    {% set last = first if end_date_str is none else convert_datetime(end_date_str, in_fmt) %}
    {% if last < first %}
        {% do exceptions.raise_compiler_error("range of dates ends (" ~ last ~ ") before it starts (" ~ first ~ ")", model) %}
    {% endif %}
    {% set days = [] %}
    {% for n in range((last - first).days + 1) %}
        {% set day = first + modules.datetime.timedelta(days=n) %}
        {% do days.append(day.strftime(out_fmt) if out_fmt else day) %}
    {% endfor %}
    {{ return(days) }}
{% endmacro %}

{# The days of 'start' or 'start,end'. #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
    {% set ends = (raw_partition_date | string).split(',') %}
    {% if ends | length > 2 %}
        {% do exceptions.raise_compiler_error("expected 'start' or 'start,end' as range of dates, got: " ~ raw_partition_date) %}
    {% endif %}
    {{ return(dates_in_range(ends[0], ends[1] if ends | length == 2 else none, in_fmt=date_fmt)) }}
{% endmacro %}

{# The present time as digits, down to microseconds. #}
{% macro py_current_timestring() %}
    {{ return(modules.datetime.datetime.now().strftime("%Y%m%d%H%M%S%f")) }}
{% endmacro %}
