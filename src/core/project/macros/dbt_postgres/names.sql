{# Names beside a relation's name. PostgreSQL cuts names at 63 bytes, so the base is shortened and the suffix stays whole. #}

{# With dstring the time of day is part of the suffix, so that two of the same relation differ. #}
{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) %}
    {% set ending = suffix ~ (modules.datetime.datetime.now().strftime('%H%M%S%f') if dstring else '') %}
    {% set room = base_relation.relation_max_name_length() - ending | length %}
    {% if room < 0 %}
        {% do exceptions.raise_compiler_error("suffix '" ~ ending ~ "' is longer than a relation's name may be ("
                                              ~ base_relation.relation_max_name_length() ~ ' characters)') %}
    {% endif %}
    {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier[:room] ~ ending})) }}
{% endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) %}
    {{ return(postgres__make_relation_with_suffix(base_relation, suffix, dstring=False)) }}
{% endmacro %}

{# In the session's temporary schema, so without a schema of its own. #}
{% macro postgres__make_temp_relation(base_relation, suffix) %}
    {% set named = postgres__make_relation_with_suffix(base_relation, suffix, dstring=True) %}
    {{ return(named.incorporate(path={'schema': none, 'database': none})) }}
{% endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) %}
    {{ return(postgres__make_relation_with_suffix(base_relation, suffix, dstring=False).incorporate(type=backup_relation_type)) }}
{% endmacro %}
