#include "engine/definition.h"

#include <algorithm>

#include "core/near.h"
#include "engine/auto_increment.h"
#include "engine/build.h"
#include "engine/check.h"
#include "engine/compiled_store.h"
#include "engine/domain.h"
#include "engine/product.h"
#include "engine/row_arrays.h"
#include "engine/seed.h"
#include "engine/selection.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

const char *const kDefinitionColumns = "name, body, materialized, config, tags, description, schema_name, alias, identifier, node";
const char *const kDefinitionValues = "name, body, materialized, config::jsonb, tags::text[], nullif(description, ''), nullif(schema_name, ''), nullif(alias, ''), identifier, node";

std::vector<std::string> definition_row(const Model &m) {
    return {m.name, m.body, m.materialized, m.config.dump(), pg::array_literal(m.tags), m.description.value_or(""), m.schema.value_or(""), m.alias.value_or(""), target_identifier(m), m.node};
}

namespace {

// "a -> b -> c": from a model up to one of its ancestors.
std::string path_between(const core::Graph &graph, const std::string &from, const std::string &to) {
    std::string out = from;
    for (std::string at = from; at != to;) {
        for (const std::string &parent : graph.parents(at))
            if (parent == to || graph.ancestors(parent).count(to)) {
                at = parent;
                break;
            }
        out += " -> " + at;
    }
    return out;
}

// What the new body reads must not read the model, directly or through others. Nothing can when nobody reads it yet.
void check_cycle(const Model &model, const Compiled &compiled) {
    auto is_self = [&](const Upstream &up) { return up.kind == Upstream::Kind::model && up.id == model.id(); };
    bool reads_itself = std::any_of(compiled.upstreams.begin(), compiled.upstreams.end(), is_self);
    if (!reads_itself && readers_of(model.id()).empty()) return;
    core::Graph graph = load_graph();
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind != Upstream::Kind::model) continue;
        if (up.id != model.id() && !graph.ancestors(up.id).count(model.id())) continue;
        throw Error("42P19", "model \"" + model.id() + "\" would depend on itself",
                    model.id() + " -> " + path_between(graph, up.id, model.id()) + ".",
                    is_self(up) && model.materialized == "incremental" ? "An incremental model reads its former rows as \"this\"." : "");
    }
}

void recompile(const Model &model) {
    Mesh mesh;
    Compiled compiled = compile(mesh, model);
    check_cycle(model, compiled);
    store_compiled(model, compiled);
}

// Those that read `id` are analyzed anew: what was pending may be ready now, what breaks is an error that names it.
void recompile_all(const std::vector<ModelName> &readers, const std::string &id) {
    for (const ModelName &name : readers) {
        Model reader = get_model(name);
        ErrorData *error = pg::try_in_subtransaction([&] { recompile(reader); });
        if (error != nullptr)
            throw Error("42P16", "the change breaks model \"" + reader.id() + "\", which reads \"" + id + "\"", error->message,
                        "Change the reader first so that it can do with both.");
        Model after = get_model(name);
        if (after.columns != reader.columns || after.status != reader.status) recompile_all(readers_of(after.id()), after.id());
    }
}

void check_names(const Model &model) {
    if (model.name.empty()) throw Error("42602", "a model needs a name");
    if (model.alias && model.alias->empty()) throw Error("42602", "alias of model \"" + model.id() + "\" must not be empty");
}

[[noreturn]] void same_relation(const Model &model, const std::string &other) {
    throw Error("42710", "model \"" + model.id() + "\" would build the same relation as \"" + model.domain + "." + other + "\"");
}

// Two names may meet when one is shortened: the relation could not tell them apart.
void check_relation_name(const Model &model) {
    check_names(model);
    if (relkind_for(model.materialized).empty()) return;
    pg::Result other = registry_prepared("select name from mesh.model_registry where domain = $1 and name <> $2 and identifier = $3 and materialized not in ('ephemeral', 'function')"
                                 " and schema_name is not distinct from $4",
                                 {model.domain, model.name, target_identifier(model), model.schema});
    if (!other.empty()) same_relation(model, other.rows[0][0].value());
}

// Of two that are defined, the later one is at fault.
void check_relation_names(const std::string &domain, const std::vector<Definition> &definitions) {
    if (definitions.empty()) return;
    std::set<std::string> names, identifiers;
    for (const Definition &d : definitions) {
        names.insert(d.model.name);
        identifiers.insert(target_identifier(d.model));
    }
    std::map<std::pair<std::string, std::string>, std::string> taken;  // by schema and identifier
    for (const pg::Row &row : registry("select coalesce(schema_name, ''), identifier, name from mesh.model_registry where domain = $1 and identifier in (select pg_catalog.unnest($2::text[]))"
                                       " and materialized not in ('ephemeral', 'function') order by name desc",
                                       {domain, pg::array_literal({identifiers.begin(), identifiers.end()})}).rows)
        if (!names.count(row[2].value())) taken[{row[0].value(), row[1].value()}] = row[2].value();
    for (const Definition &d : definitions) {
        if (relkind_for(d.model.materialized).empty()) continue;
        auto [at, is_first] = taken.try_emplace({d.model.schema.value_or(""), target_identifier(d.model)}, d.model.name);
        if (!is_first) same_relation(d.model, at->second);
    }
}

// Why what a model waits for may never come.
std::string hint_for_pending(const Model &model, const std::string &id) {
    std::string name = id.substr(id.find('.') + 1);
    if (pg::query_value("select true from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema() and relname = $1", {name}))
        return "The session's temporary relation \"" + name + "\" cannot be read by a model.";
    std::vector<std::string> names;
    for (const pg::Row &row : registry("select domain || '.' || name from mesh.model_registry where domain = $1", {model.domain}).rows)
        names.push_back(row[0].value());
    std::erase(names, model.id());
    std::vector<std::string> close = core::near(id, names);
    return close.empty() ? "" : "Perhaps you mean \"" + close.front() + "\".";
}

void notice_pending(const Model &model, const Compiled &compiled) {
    for (const std::string &id : compiled.pending_on)
        pg::notice("model \"" + model.id() + "\" waits for model \"" + id + "\", which does not exist yet", "", hint_for_pending(model, id));
}

void store_model(const Model &model) {
    registry_prepared("insert into mesh.model_registry (domain, name, body, materialized, config, tags, description, status, schema_name, alias, identifier)"
             " values ($1, $2, $3, $4, $5::jsonb, $6::text[], $7, 'pending', $8, $9, $10) on conflict (domain, name) do update set body = excluded.body,"
             " materialized = excluded.materialized, config = excluded.config, tags = excluded.tags, description = excluded.description,"
             " schema_name = excluded.schema_name, alias = excluded.alias, identifier = excluded.identifier, changed_at = pg_catalog.now()",
             {model.domain, model.name, model.body, model.materialized, model.config.dump(), pg::array_literal(model.tags), model.description,
              model.schema, model.alias, target_identifier(model)});
}

// The same for models of a project, a statement for many.
void store_models(const std::string &domain, const RowArrays &models) {
    if (models.empty()) return;
    registry(std::string("insert into mesh.model_registry (domain, ") + kDefinitionColumns + ", status) select $1, " + kDefinitionValues + ", 'pending' from " + models.from() + "(" +
                 kDefinitionColumns + ") on conflict (domain, name) do update set body = excluded.body,"
                 " materialized = excluded.materialized, config = excluded.config, tags = excluded.tags, description = excluded.description, schema_name = excluded.schema_name,"
                 " alias = excluded.alias, identifier = excluded.identifier, node = excluded.node, changed_at = pg_catalog.now()",
             {domain}, models);
}

// The text of a seed, which may be large, goes by itself.
void store_models(const std::string &domain, const std::vector<Definition> &definitions, CompiledStore *store) {
    RowArrays models(10);
    for (const Definition &d : definitions) {
        const Model &m = d.model;
        if (is_seed(m)) {
            store_model(m);
            registry_prepared("update mesh.model_registry set node = $3 where domain = $1 and name = $2", {m.domain, m.name, m.node});
        } else if (store != nullptr && !d.old) {
            store->introduce(m);
        } else {
            models.add(definition_row(m));
        }
    }
    store_models(domain, models);
}

std::string join(const pg::Result &rows) {
    std::string out;
    for (const pg::Row &row : rows.rows) out += (out.empty() ? "" : ", ") + row[0].value();
    return out;
}

void refuse_if(const Model &model, const std::string &why, const std::string &names, const std::string &hint) {
    if (!names.empty()) throw Error("2BP01", "cannot drop model \"" + model.id() + "\" because " + why, "They are: " + names + ".", hint);
}

// RESTRICT: what others made on it makes the server refuse, naming them.
void drop_relation(const Domain &domain, const Model &model) {
    if (is_function(model)) return;  // it stays, as when its project has it no more
    Oid relation = pg::relation_oid(target_schema(domain, model), target_identifier(model));
    if (model.built_kind.empty() || !OidIsValid(relation)) return;
    std::string kind = model.built_kind == "v" ? "view" : model.built_kind == "m" ? "materialized view" : "table";
    ErrorData *error = pg::try_in_subtransaction([&] {
        pg::as_role(owner_of(domain), domain.search_path(),
                    [&] { pg::execute("drop " + kind + " " + target_name(domain, model) + " restrict"); });
    });
    if (error == nullptr) return;
    if (error->sqlerrcode != ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST) throw pg::ServerError{error};
    throw Error("2BP01", "cannot drop model \"" + model.id() + "\" because other objects depend on what it built",
                error->detail == nullptr ? "" : std::string(error->detail) + ".", "Drop those first.");
}

// Its place as the registry keeps it: what is as usual is left out.
void settle(const Domain &domain, Model &model) {
    if (model.schema == domain.schema) model.schema.reset();
    if (model.alias == model.name) model.alias.reset();
    if (model.schema) claim_schema(domain, *model.schema);
}

// A relation moves with its model. Where the domain takes over what it finds, it stays and is the mesh's no more, as in dbt.
void move_relation(const Domain &domain, const Model &old, const Model &model) {
    if (target_name(domain, old) == target_name(domain, model)) return;
    if (!domain.takes_over) return relocate(domain, old, model);
    registry("update mesh.model_registry set built_kind = null, built_at = null, built_sql = null, built_columns = null, built_state = null, row_count = null where domain = $1 and name = $2",
             {model.domain, model.name});
}

// What a test says of the model must still make sense.
void recheck_tests(const Model &model) {
    for (TestDef test : load_tests(model.domain, model.name)) {
        ErrorData *error = pg::try_in_subtransaction([&] {
            Mesh mesh;
            check_test(mesh, &mesh.model({model.domain, model.name}), &test);
        });
        if (error != nullptr)
            throw Error("42P16", "the change breaks test \"" + test.id() + "\" of model \"" + model.id() + "\"", error->message,
                        "Drop the test first with mesh.drop_test().");
    }
}

}  // namespace

void define_model(Model model, bool replace) {
    lock_registry();
    settle(get_domain(model.domain), model);
    std::optional<Model> old = find_model(model.domain, model.name);
    bool exists = old.has_value();
    if (exists && !replace)
        throw Error("42710", "model \"" + model.id() + "\" already exists", "", "Use replace => true to change it.");
    check_relation_name(model);
    check_config(model, {});
    Mesh mesh;
    Compiled compiled = compile(mesh, model);
    if (compiled.pending_on.empty()) check_config(model, compiled.analysis.columns);
    check_cycle(model, compiled);
    store_model(model);
    if (old) move_relation(get_domain(model.domain), *old, model);
    store_compiled(model, compiled);
    notice_pending(model, compiled);
    if (keeps_itself(model) || (old && keeps_itself(*old))) define_increment(mesh, model, compiled);
    if (exists && compiled.pending_on.empty()) recheck_tests(model);
    recompile_all(readers_of(model.id()), model.id());
    std::string place = model.domain + "." + target_identifier(model);  // readers that waited for a relation of this name
    if (place != model.id() && !find_model(model.domain, target_identifier(model))) recompile_all(readers_of(place), place);
}

void settle_definition(const Domain &domain, Model &model) {
    settle(domain, model);
    check_names(model);
}

void store_definitions(const Domain &domain, const std::vector<Definition> &definitions, CompiledStore *store) {
    if (definitions.empty()) return;
    check_relation_names(domain.name, definitions);
    store_models(domain.name, definitions, store);
    for (const Definition &d : definitions) {
        if (d.old) move_relation(domain, *d.old, d.model);
        if (d.old && keeps_itself(*d.old) && !keeps_itself(d.model)) forget_increment(d.model);
    }
}

void forget_model(const Model &model) {
    refuse_if(model, "models of other domains read it",
              join(registry("select domain || '.' || model from mesh.dependency_registry where kind = 'model' and upstream = $1 and domain <> $2 order by 1", {model.id(), model.domain})),
              "Drop or change those first.");
    refuse_if(model, "products publish it",
              join(registry("select domain || '.' || name || ' version ' || version from mesh.product_registry where domain = $1 and model = $2 order by 1",
                            {model.domain, model.name})),
              "Take them back first with mesh.unpublish().");
    registry("delete from mesh.model_registry where domain = $1 and name = $2", {model.domain, model.name});
    if (keeps_itself(model)) forget_increment(model);
}

void recompile_source_readers(const std::string &source) {
    std::vector<ModelName> readers;
    pg::Result rows = registry("select domain, model from mesh.dependency_registry where kind = 'source' and upstream = $1 order by 1, 2", {source});
    for (const pg::Row &row : rows.rows) readers.push_back({row[0].value(), row[1].value()});
    recompile_all(readers, source);
}

void recompile_readers_elsewhere(const std::string &domain, const std::vector<std::string> &models) {
    std::vector<std::string> ids;
    for (const std::string &name : models) ids.push_back(domain + "." + name);
    std::map<std::string, std::vector<ModelName>> readers;  // by what they read
    for (const pg::Row &row : registry("select upstream, domain, model from mesh.dependency_registry where kind = 'model' and upstream in (select pg_catalog.unnest($1::text[])) and domain <> $2 order by 2, 3",
                                       {pg::array_literal(ids), domain}).rows)
        readers[row[0].value()].push_back({row[1].value(), row[2].value()});
    for (const std::string &id : ids)
        if (auto found = readers.find(id); found != readers.end()) recompile_all(found->second, id);
}

void drop_model(const Model &model) {
    lock_registry();
    Domain domain = get_domain(model.domain);
    refuse_if(model, "other models read it",
              join(registry("select domain || '.' || model from mesh.dependency_registry where kind = 'model' and upstream = $1 order by 1", {model.id()})),
              "Drop or change those first.");
    refuse_if(model, "tests of other models read it",
              join(registry("select domain || '.' || name from mesh.test_registry where reads ? $1 order by 1", {model.id()})),
              "Drop those first with mesh.drop_test().");
    refuse_if(model, "products publish it",
              join(registry("select domain || '.' || name || ' version ' || version from mesh.product_registry where domain = $1 and model = $2 order by 1",
                            {model.domain, model.name})),
              "Take them back first with mesh.unpublish().");
    drop_relation(domain, model);
    registry("delete from mesh.model_registry where domain = $1 and name = $2", {model.domain, model.name});
    if (keeps_itself(model)) forget_increment(model);
}

}  // namespace mesh::engine
