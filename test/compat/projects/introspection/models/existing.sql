{{ config(materialized='table') }}
{%- set me = adapter.get_relation(this.database, this.schema, this.identifier) -%}
{%- set seed = load_relation(ref('payments')) -%}
{%- set none_there = adapter.get_relation(database=this.database, schema=this.schema, identifier='nowhere') -%}
select '{{ me is none }}' as first_time, '{{ me.type if me else "-" }}' as type, '{{ seed.is_table }} {{ seed.type }}' as seed,
    '{{ none_there }}' as nowhere, '{{ ref("payments").render() | replace('"', '') }}' as rendered,
    '{{ ref("payments").without_identifier() | replace('"', '') }}' as upper_part, '{{ this.name }} {{ this.table }}' as names,
    '{{ adapter.type() }} {{ target.type }}' as adapter, {{ adapter.quote('x') | length }} as quoted,
    '{{ api.Column.translate_type("text") }}' as text_type, '{{ api.Column("a", "character varying", 12).data_type }}' as data_type,
    '{{ adapter.get_missing_columns(ref("payments"), me) | map(attribute="name") | join(",") if me else "" }}' as missing
