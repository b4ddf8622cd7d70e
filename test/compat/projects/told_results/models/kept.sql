select '{{ keep('model') | trim }}' as nothing
