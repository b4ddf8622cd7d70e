-- depends_on: {{ ref('pivoted') }}
{% if execute %}
select '{{ graph.nodes.values() | selectattr("resource_type", "equalto", "model") | map(attribute="name") | sort | join(",") }}' as models,
    '{{ graph.nodes["seed.introspection.payments"].path }}' as path, '{{ model.unique_id }}' as me, '{{ model.config.materialized }}' as how,
    '{{ graph.nodes["model.introspection.pivoted"].depends_on.nodes | join(",") }}' as parents,
    '{{ selected_resources | length }}' as selected, '{{ flags.FULL_REFRESH }} {{ flags.WHICH }}' as flags
{% else %} select 1 as models {% endif %}
