select '{{ env_var("COMPAT_HOW", "unset") }}' as how, '{{ env_var("COMPAT_NEEDED", "absent") if var("needs_env", false) else "not asked" }}' as needed
