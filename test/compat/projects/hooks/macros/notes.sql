{% macro note(place, what) %}
insert into {{ target.schema }}.journal (place, what) values ('{{ place | string | replace('"', '') }}', '{{ what }}')
{% endmacro %}

{% macro note_schemas(pairs) %}
{% for database, schema in pairs | sort %}
insert into {{ target.schema }}.journal (place, what) values ('{{ database }}', 'schema {{ schema }}');
{% endfor %}
{% endmacro %}

{% macro note_now(what) %}
    {% do run_query(note('operation', what)) %}
    {% set n = run_query('select count(*) as n from ' ~ target.schema ~ '.journal').columns[0].values()[0] %}
    {{ log('notes: ' ~ (n > 0), info=true) }}
{% endmacro %}

{% macro empty_hook() %}{% endmacro %}

{% macro count_asked(what) %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% do run_query("insert into " ~ target.schema ~ ".asked values ('" ~ what ~ "')") %}
    {{ note('asks', what ~ ' ' ~ run_query('select count(*) from ' ~ target.schema ~ '.asked').rows[0][0]) }}
{% endmacro %}
