{{ config(enabled=var('needs_env', false)) }}
select '{{ env_var("COMPAT_NEEDED") }}' as needed
