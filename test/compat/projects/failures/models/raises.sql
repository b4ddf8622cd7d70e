{% if execute %}{{ exceptions.raise_compiler_error('raised by the model') }}{% endif %} select 1 as id
