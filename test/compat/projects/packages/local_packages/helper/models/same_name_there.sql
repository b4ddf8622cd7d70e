select 'helper' as place, '{{ model.package_name }} {{ project_name }}' as packages
