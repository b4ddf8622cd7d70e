select '{{ target.name }} {{ target.schema }} {{ target.dbname }} {{ target.type }} {{ target.threads }} {{ target.profile_name }}' as target,
    '{{ project_name }} {{ this.schema }} {{ schema }} {{ database }}' as names, '{{ dbt_version.split(".")[0] }}' as version,
    '{{ run_started_at.strftime("%Y") | int >= 2024 }}' as started, '{{ invocation_id | length }}' as invocation,
    '{{ modules.datetime.date(2024, 2, 29).isoformat() }} {{ modules.re.sub("a+", "b", "caat") }} {{ modules.pytz.utc }}' as modules,
    '{{ modules.datetime.datetime(2024, 7, 1, tzinfo=modules.pytz.timezone("Europe/Paris")) }} {{ modules.pytz.timezone("Europe/Paris").localize(modules.datetime.datetime(2024, 7, 1)) }}' as zones,
    '{{ modules.datetime.datetime(2024, 1, 31, 12) + modules.datetime.timedelta(days=1) }}' as later,
    '{{ config.get("materialized") }} {{ config.get("none", "default") }} {{ model.tags | join(",") }}' as config,
    '{{ execute }} {{ flags.WHICH }} {{ builtins.ref("values").identifier }}' as other
