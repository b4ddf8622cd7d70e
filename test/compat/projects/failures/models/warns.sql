{% if execute %}{% do exceptions.warn('warned by the model') %}{% endif %} select 1 as id
