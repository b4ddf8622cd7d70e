{% macro snapshot_moved_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set key, at = model_config['unique_key'], 'changed_at' %}
  {% do return({'unique_key': key, 'updated_at': at, 'row_changed': snapshotted_rel ~ '.city <> ' ~ current_rel ~ '.city',
                'scd_id': snapshot_hash_arguments([key, at]), 'invalidate_hard_deletes': false, 'hard_deletes': 'ignore'}) %}
{% endmacro %}
