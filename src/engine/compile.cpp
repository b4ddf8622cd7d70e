#include "engine/compile.h"

#include <algorithm>

#include "engine/access.h"

namespace mesh::engine {

using core::Error;
using pg::Reference;

namespace {

[[noreturn]] void fail_at(const char *state, const std::string &message, const pg::ParsedBody &body, const Reference &ref,
                          const std::string &hint) {
    pg::raise_at(state, message, body.text, ref.begin, hint);
}

bool relation_exists(const std::string &schema, const std::string &name) {
    return pg::query_value("select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                           " where n.nspname = $1 and c.relname = $2 and c.relkind in ('r','v','m','f','p')",
                           {schema, name})
        .has_value();
}

Upstream source_upstream(const pg::Row &row) {
    std::string domain = row[0].value(), source = row[1].value(), table = row[2].value();
    return {Upstream::Kind::source, domain + "." + source + "." + table, row[3].value(), table, domain};
}

// What the registry refuses, with the position of the reference.
template <typename F>
void check_at(const pg::ParsedBody &body, const Reference &ref, F &&f) {
    try {
        f();
    } catch (const Error &e) {
        fail_at(e.sqlstate.c_str(), e.what(), body, ref, e.hint);
    }
}

Upstream model_upstream(const Domain &reader, const Domain &owner, const std::string &name, const pg::ParsedBody &body,
                        const Reference &ref) {
    check_at(body, ref, [&] { check_access(reader, owner, name); });
    return {Upstream::Kind::model, owner.name + "." + name, owner.schema, fit_identifier(name), owner.name};
}

Upstream resolve_ref(const Domain &domain, const pg::ParsedBody &body, const Reference &ref) {
    Domain owner = ref.schema.empty() ? domain : get_domain(ref.schema);
    return model_upstream(domain, owner, ref.name, body, ref);
}

Upstream resolve_source(const Domain &domain, const pg::ParsedBody &body, const Reference &ref) {
    pg::Result found = registry(
        "select domain, source_name, table_name, schema_name from mesh.source_registry"
        " where domain = $1 and source_name = $2 and table_name = $3",
        {domain.name, ref.schema, ref.name});
    if (found.empty())
        fail_at("42704", "source \"" + ref.schema + "." + ref.name + "\" does not exist in domain \"" + domain.name + "\"", body,
                ref, "Register it with mesh.create_source().");
    return source_upstream(found.rows[0]);
}

// A plain name in a schema: a model of the domain that has the schema, a source, or any relation there is.
Upstream resolve_plain(const Domain &domain, const pg::ParsedBody &body, const Reference &ref) {
    std::string schema = ref.schema.empty() ? domain.schema : ref.schema;
    std::optional<Domain> owner = find_domain_by_schema(schema);
    if (owner && find_model(owner->name, ref.name)) return model_upstream(domain, *owner, ref.name, body, ref);
    if (ref.schema.empty() && !relation_exists(schema, ref.name) && relation_exists("pg_catalog", ref.name))
        return {Upstream::Kind::relation, "pg_catalog." + ref.name, "pg_catalog", ref.name, ""};
    pg::Result source = registry(
        "select domain, source_name, table_name, schema_name from mesh.source_registry"
        " where schema_name = $1 and table_name = $2 order by domain <> $3 limit 1",
        {schema, ref.name, domain.name});
    if (!source.empty() && source.rows[0][0] == domain.name) return source_upstream(source.rows[0]);
    if (relation_exists(schema, ref.name)) return {Upstream::Kind::relation, schema + "." + ref.name, schema, ref.name, ""};
    if (owner && (owner->name == domain.name || !ref.schema.empty())) return model_upstream(domain, *owner, ref.name, body, ref);
    fail_at("42P01", "relation \"" + schema + "." + ref.name + "\" does not exist", body, ref,
            "Only relations of the domain's schema may be named without their schema.");
}

Upstream resolve_one(const Domain &domain, const Model &model, const pg::ParsedBody &body, const Reference &ref) {
    if (ref.form == Reference::Form::plain && ref.schema.empty() && ref.name == "this" && model.materialized == "incremental")
        return {Upstream::Kind::self, model.id(), domain.schema, fit_identifier(model.name), domain.name};
    if (ref.form == Reference::Form::ref) return resolve_ref(domain, body, ref);
    if (ref.form == Reference::Form::source) return resolve_source(domain, body, ref);
    return resolve_plain(domain, body, ref);
}

pg::StandIn stand_in(const Upstream &up, const std::vector<pg::Column> &self) {
    pg::StandIn in;
    in.id = up.id;
    in.schema = up.schema;
    in.name = up.name;
    in.is_model = up.kind == Upstream::Kind::model;
    if (up.kind == Upstream::Kind::self) in.columns = self;
    if (in.is_model) {
        size_t dot = up.domain.size();
        in.columns = find_model(up.domain, up.id.substr(dot + 1)).value().columns;
    }
    return in;
}

pg::Analysis analyze(const Domain &domain, const Compiled &compiled, bool incremental, const std::vector<pg::Column> &self) {
    std::vector<pg::StandIn> stand_ins;
    for (const Upstream &up : compiled.upstreams) stand_ins.push_back(stand_in(up, self));
    return pg::as_role(domain.owner_oid, domain.search_path(),
                       [&] { return pg::analyze_body(compiled.body, stand_ins, incremental); });
}

// A relation that is read must be readable by the owner: said at creation, not at the first run.
void check_readable(const Domain &domain, const Compiled &compiled) {
    for (size_t i = 0; i < compiled.upstreams.size(); i++) {
        const Upstream &up = compiled.upstreams[i];
        if (up.kind != Upstream::Kind::source && up.kind != Upstream::Kind::relation) continue;
        check_at(compiled.body, compiled.body.references[i], [&] { check_relation_access(domain, up.schema, up.name); });
        std::string name = pg::qualified(up.schema, up.name);
        Value may = pg::query_value(
            "select pg_catalog.has_schema_privilege($1::name, $2, 'USAGE')"
            " and (pg_catalog.has_table_privilege($1::name, $3, 'SELECT') or pg_catalog.has_any_column_privilege($1::name, $3, 'SELECT'))",
            {domain.owner, up.schema, name});
        if (may != "t")
            fail_at("42501", "owner \"" + domain.owner + "\" of domain \"" + domain.name + "\" may not read " + name,
                    compiled.body, compiled.body.references[i],
                    "GRANT USAGE ON SCHEMA " + pg::quote_ident(up.schema) + " and SELECT ON " + name + " to it.");
    }
}

}  // namespace

Compiled resolve(const Domain &domain, const Model &model) {
    Compiled out;
    out.body = pg::parse_body(model.body);
    for (const Reference &ref : out.body.references) {
        out.upstreams.push_back(resolve_one(domain, model, out.body, ref));
        const Upstream &up = out.upstreams.back();
        if (up.kind != Upstream::Kind::model) continue;
        std::optional<Model> found = find_model(up.domain, up.id.substr(up.domain.size() + 1));
        if ((!found || found->status == "pending") &&
            std::find(out.pending_on.begin(), out.pending_on.end(), up.id) == out.pending_on.end())
            out.pending_on.push_back(up.id);
    }
    return out;
}

Compiled compile(const Domain &domain, const Model &model) {
    Compiled out = resolve(domain, model);
    check_readable(domain, out);
    if (!out.pending_on.empty()) return out;
    bool reads_self = std::any_of(out.upstreams.begin(), out.upstreams.end(),
                                  [](const Upstream &up) { return up.kind == Upstream::Kind::self; });
    out.analysis = analyze(domain, out, false, {});
    if (reads_self) {
        std::vector<pg::Column> columns = out.analysis.columns;
        out.analysis = analyze(domain, out, true, columns);
    }
    return out;
}

void store_compiled(const Model &model, const Compiled &compiled) {
    check_contracts(get_domain(model.domain), model, compiled.analysis.columns);
    bool ready = compiled.pending_on.empty();
    registry("update mesh.model_registry set status = $3, pending_on = $4::text[], columns = $5::jsonb, is_volatile = $6::boolean"
             " where domain = $1 and name = $2",
             {model.domain, model.name, ready ? "ready" : "pending", pg::array_literal(compiled.pending_on),
              columns_to_json(compiled.analysis.columns).dump(), compiled.analysis.is_volatile ? "t" : "f"});
    registry("delete from mesh.dependency_registry where domain = $1 and model = $2", {model.domain, model.name});
    registry("delete from mesh.column_lineage_registry where domain = $1 and model = $2", {model.domain, model.name});
    static const char *const kinds[] = {"model", "source", "relation"};
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind == Upstream::Kind::self) continue;
        registry("insert into mesh.dependency_registry values ($1, $2, $3, $4) on conflict do nothing",
                 {model.domain, model.name, kinds[static_cast<int>(up.kind)], up.id});
    }
    Json edges = Json::array();
    for (const pg::LineageEdge &edge : compiled.analysis.lineage)
        edges.push_back({{"c", edge.column}, {"u", edge.upstream}, {"uc", edge.upstream_column}, {"k", edge.direct ? "direct" : "indirect"}});
    registry("insert into mesh.column_lineage_registry select $1, $2, nullif(e->>'c', ''), e->>'u', e->>'uc', e->>'k'"
             " from pg_catalog.jsonb_array_elements($3::jsonb) e",
             {model.domain, model.name, edges.dump()});
}

std::vector<ModelName> readers_of(const std::string &id) {
    std::vector<ModelName> out;
    pg::Result rows = registry("select domain, model from mesh.dependency_registry where kind = 'model' and upstream = $1 order by 1, 2", {id});
    for (const pg::Row &row : rows.rows) out.push_back({row[0].value(), row[1].value()});
    return out;
}

}  // namespace mesh::engine
