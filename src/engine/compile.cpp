#include "engine/compile.h"

#include <algorithm>

#include "core/digest.h"
#include "engine/access.h"
#include "engine/product.h"
#include "engine/seed.h"
#include "engine/snapshot.h"
#include "engine/target.h"

namespace mesh::engine {

using core::Error;
using pg::Reference;

namespace {

// Static text: an ErrorData may point to it.
char kGuardThis[] = "Read \"this\" only where is_incremental() decides: where not is_incremental() or id > (select max(id) from this).";

[[noreturn]] void fail_at(const char *state, const std::string &message, const pg::ParsedBody &body, const Reference &ref,
                          const std::string &hint) {
    pg::raise_at(state, message, body.text, ref.begin, hint);
}

bool relation_exists(const std::string &schema, const std::string &name) {
    const char *in = schema.c_str(), *relation = name.c_str();
    return pg::call([=] {
        Oid space = get_namespace_oid(in, true);
        Oid found = OidIsValid(space) ? get_relname_relid(relation, space) : InvalidOid;
        char kind = OidIsValid(found) ? get_rel_relkind(found) : '\0';
        return kind != '\0' && strchr("rvmfp", kind) != nullptr;
    });
}

Upstream source_upstream(const Source &source) {
    return {Upstream::Kind::source, source.id(), source.schema, source.identifier, source.domain, ""};
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

Upstream model_upstream(Mesh &mesh, const Domain &reader, const Domain &owner, const std::string &name, const pg::ParsedBody &body,
                        const Reference &ref) {
    check_at(body, ref, [&] { check_access(reader, owner, name); });
    const Model *model = mesh.find_model(owner.name, name);
    std::string schema = model == nullptr ? owner.schema : target_schema(owner, *model);
    return {Upstream::Kind::model, owner.name + "." + name, schema, model == nullptr ? fit_identifier(name) : target_identifier(*model), owner.name, name};
}

Upstream resolve_source(Mesh &mesh, const Domain &domain, const pg::ParsedBody &body, const Reference &ref) {
    const Source *source = mesh.find_source(domain.name, ref.schema, ref.name);
    if (source != nullptr) return source_upstream(*source);
    fail_at("42704", "source \"" + ref.schema + "." + ref.name + "\" does not exist in domain \"" + domain.name + "\"", body, ref,
            "Register it with mesh.create_source().");
}

// What a name means in one schema: a model of the domain that has the schema, a source, or any relation there is.
std::optional<Upstream> find_in_schema(Mesh &mesh, const Domain &domain, const std::string &schema, const pg::ParsedBody &body, const Reference &ref) {
    const Domain *owner = mesh.domain_with_schema(schema);
    const Model *model = owner == nullptr ? nullptr : mesh.find_model_at(*owner, schema, ref.name);
    if (model != nullptr) return model_upstream(mesh, domain, *owner, model->name, body, ref);
    const Source *source = mesh.source_with_relation(domain.name, schema, ref.name);
    if (source != nullptr && (relation_exists(schema, ref.name) || !ref.schema.empty())) return source_upstream(*source);
    if (relation_exists(schema, ref.name)) return Upstream{Upstream::Kind::relation, schema + "." + ref.name, schema, ref.name, "", ""};
    return std::nullopt;
}

// A name that nothing has yet may be that of a model to come.
Upstream resolve_plain(Mesh &mesh, const Domain &domain, const pg::ParsedBody &body, const Reference &ref) {
    check_at(body, ref, [&] { refuse_temporary(ref.schema, ref.name); });
    std::vector<std::string> schemas = ref.schema.empty() ? domain.path : std::vector<std::string>{ref.schema};
    for (const std::string &schema : schemas)
        if (std::optional<Upstream> found = find_in_schema(mesh, domain, schema, body, ref)) return *found;
    if (ref.schema.empty() && relation_exists("pg_catalog", ref.name))
        return {Upstream::Kind::relation, "pg_catalog." + ref.name, "pg_catalog", ref.name, "", ""};
    std::string schema = ref.schema.empty() ? domain.schema : ref.schema;
    const Domain *owner = mesh.domain_with_schema(schema);
    bool elsewhere = owner != nullptr && mesh.find_model(owner->name, ref.name) != nullptr;
    if (owner != nullptr && !elsewhere) return model_upstream(mesh, domain, *owner, ref.name, body, ref);
    fail_at("42P01", "relation \"" + schema + "." + ref.name + "\" does not exist", body, ref,
            elsewhere ? "Model \"" + owner->name + "." + ref.name + "\" has its relation elsewhere: see relation in mesh.models."
                      : "Only relations of the domain's schema may be named without their schema.");
}

Upstream self_upstream(const Domain &domain, const Model &model) {
    return {Upstream::Kind::self, model.id(), target_schema(domain, model), target_identifier(model), domain.name, model.name};
}

Upstream resolve_one(Mesh &mesh, const Domain &domain, const Model &model, const pg::ParsedBody &body, const Reference &ref) {
    if (ref.form == Reference::Form::plain && ref.schema.empty() && ref.name == "this" && model.materialized == "incremental")
        return self_upstream(domain, model);
    if (ref.form == Reference::Form::source) return resolve_source(mesh, domain, body, ref);
    if (ref.form == Reference::Form::ref) return model_upstream(mesh, domain, ref.schema.empty() ? domain : mesh.domain(ref.schema), ref.name, body, ref);
    Upstream up = resolve_plain(mesh, domain, body, ref);
    // Its own relation by name is what dbt's {{ this }} renders to.
    bool itself = up.kind == Upstream::Kind::model && up.id == model.id() && model.materialized == "incremental";
    return itself ? self_upstream(domain, model) : up;
}

// A source or a plain relation may be what another domain's model built.
void check_outside(Mesh &mesh, const Domain &domain, const Upstream &up, const pg::ParsedBody &body, const Reference &ref) {
    if (up.kind != Upstream::Kind::source && up.kind != Upstream::Kind::relation) return;
    const Domain *owner = mesh.domain_with_schema(up.schema);
    if (owner != nullptr && owner->name != domain.name) check_at(body, ref, [&] { check_relation_access(domain, up.schema, up.name); });
}

pg::StandIn stand_in(Mesh &mesh, const Upstream &up, const std::vector<pg::Column> &self, bool as_built) {
    pg::StandIn in;
    in.id = up.id;
    in.schema = up.schema;
    in.name = up.name;
    in.is_model = up.kind == Upstream::Kind::model;
    if (up.kind == Upstream::Kind::self) in.columns = self;
    if (in.is_model && !as_built) in.columns = mesh.model({up.domain, up.model}).columns;
    return in;
}

pg::Analysis analyze(Mesh &mesh, const Domain &domain, const Compiled &compiled, bool incremental, const std::vector<pg::Column> &self) {
    std::vector<pg::StandIn> stand_ins;
    for (const Upstream &up : compiled.upstreams) stand_ins.push_back(stand_in(mesh, up, self, compiled.as_built.count(up.id) > 0));
    return pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::analyze_body(compiled.body, stand_ins, incremental); });
}

// A relation that is read must be readable by the owner: said at creation, not at the first run.
void check_readable(const Domain &domain, const Compiled &compiled) {
    for (size_t i = 0; i < compiled.upstreams.size(); i++) {
        const Upstream &up = compiled.upstreams[i];
        if (up.kind != Upstream::Kind::source && up.kind != Upstream::Kind::relation) continue;
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

Compiled resolve(Mesh &mesh, const Model &model) {
    if (is_seed(model)) return {};
    const Domain &domain = mesh.domain(model.domain);
    Compiled out;
    out.body = pg::parse_body(is_snapshot(model) ? snapshot_body(model) : model.body);
    for (const Reference &ref : out.body.references) {
        out.upstreams.push_back(resolve_one(mesh, domain, model, out.body, ref));
        const Upstream &up = out.upstreams.back();
        check_outside(mesh, domain, up, out.body, ref);
        if (up.kind != Upstream::Kind::model) continue;
        const Model *found = mesh.find_model(up.domain, up.model);
        bool missing = found == nullptr || found->status == "pending";
        if (missing && std::find(out.pending_on.begin(), out.pending_on.end(), up.id) == out.pending_on.end()) out.pending_on.push_back(up.id);
    }
    return out;
}

// A relation cannot have two columns of one name: said now, not when it is built.
static void check_names(const Model &model, const std::vector<pg::Column> &columns) {
    std::set<std::string> seen;
    for (const pg::Column &column : columns)
        if (model.materialized != "ephemeral" && !seen.insert(column.name).second)
            throw Error("42701", "model \"" + model.id() + "\" has column \"" + column.name + "\" twice", "", "Give each column a name of its own with AS.").with(core::ErrorKind::database);
}

// A snapshot's own body first: what is wrong in it is told as it is written.
static pg::Facts compile_source_of(Mesh &mesh, Model model, const ReadsAsBuilt &as_built) {
    check_snapshot_config(model);
    model.materialized = "ephemeral";
    return compile(mesh, model, as_built).analysis.facts;
}

// Of the first build and of those that follow: what either depends on counts.
static pg::Facts both(const pg::Facts &first, const pg::Facts &then) {
    pg::Facts out = first;
    out.fingerprint = core::md5(first.fingerprint + then.fingerprint);
    if (out.never.empty()) out.never = then.never;
    out.settings = out.settings || then.settings;
    out.vars = out.vars || then.vars;
    out.functions = out.functions || then.functions;
    for (const auto &[id, columns] : then.reads) out.reads[id].insert(columns.begin(), columns.end());
    return out;
}

// What is read as it is, is waited for no more.
static void read_as_built(Compiled &compiled, const ReadsAsBuilt &as_built) {
    for (const Upstream &up : compiled.upstreams)
        if (as_built && up.kind == Upstream::Kind::model && as_built(up)) compiled.as_built.insert(up.id);
    std::erase_if(compiled.pending_on, [&](const std::string &id) { return compiled.as_built.count(id) > 0; });
}

Compiled compile(Mesh &mesh, const Model &model, const ReadsAsBuilt &as_built) {
    std::optional<pg::Facts> of_source;
    if (is_snapshot(model)) of_source = compile_source_of(mesh, model, as_built);
    const Domain &domain = mesh.domain(model.domain);
    Compiled out = resolve(mesh, model);
    if (is_seed(model)) {
        out.analysis.columns = seed_columns(domain, model);
        check_names(model, out.analysis.columns);
        return out;
    }
    check_readable(domain, out);
    read_as_built(out, as_built);
    if (!out.pending_on.empty()) return out;
    bool reads_self = std::any_of(out.upstreams.begin(), out.upstreams.end(), [](const Upstream &up) { return up.kind == Upstream::Kind::self; });
    try {
        out.analysis = analyze(mesh, domain, out, false, {});
    } catch (const pg::ServerError &e) {
        if (reads_self && e.data->sqlerrcode == ERRCODE_UNDEFINED_TABLE) e.data->hint = kGuardThis;
        throw;
    }
    check_names(model, out.analysis.columns);
    if (reads_self) {
        std::vector<pg::Column> columns = out.analysis.columns;
        pg::Facts first = out.analysis.facts;
        out.analysis = analyze(mesh, domain, out, true, columns);
        out.analysis.facts = both(first, out.analysis.facts);
    } else if (!out.body.incremental_calls.empty()) {
        out.analysis.facts = both(out.analysis.facts, analyze(mesh, domain, out, true, {}).facts);
    }
    if (of_source) out.analysis.facts = *of_source;  // the moment at which a snapshot notes a row is not among its inputs
    return out;
}

std::vector<ModelName> readers_of(const std::string &id) {
    std::vector<ModelName> out;
    pg::Result rows = registry("select domain, model from mesh.dependency_registry where kind = 'model' and upstream = $1 order by 1, 2", {id});
    for (const pg::Row &row : rows.rows) out.push_back({row[0].value(), row[1].value()});
    return out;
}

}  // namespace mesh::engine
