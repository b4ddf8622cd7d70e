{% materialization view, adapter='postgres' %}
  {{ exceptions.raise_compiler_error("a package's materialization stands behind one that is built in") }}
{% endmaterialization %}
