// Renaming a model, in the database and in every text that names it.
#include <algorithm>

#include "engine/build.h"
#include "engine/definition.h"
#include "engine/test_sql.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

void refuse_users(const Model &model) {
    pg::Result rows = registry(
        "select 'test ' || domain || '.' || name from mesh.test_registry where test <> 'singular' and reads ? $1"
        " union all select 'unit test ' || u.domain || '.' || u.name from mesh.unit_test_registry u join mesh.dependency_registry d"
        " on d.domain = u.domain and d.model = u.model where d.kind = 'model' and d.upstream = $1 order by 1",
        {model.id()});
    std::string names;
    for (const pg::Row &row : rows.rows) names += (names.empty() ? "" : ", ") + row[0].value();
    if (!names.empty())
        throw Error("2BP01", "cannot rename model \"" + model.id() + "\" because tests name it in their arguments or rows", "They are: " + names + ".",
                    "Drop those first, and create them again with the new name.");
}

// Readers and tests as they are before the name changes, with the text they will have.
struct Rewrite {
    std::string table, domain, name, text;
};

std::vector<Rewrite> rewrites(const Model &model, const std::string &name) {
    Mesh mesh;
    std::vector<Rewrite> out;
    for (const ModelName &reader : readers_of(model.id()))
        out.push_back({"model_registry set body", reader.domain, reader.name, rename_in_body(mesh, mesh.model(reader), model, name)});
    pg::Result tests = registry("select domain, name, model, sql from mesh.test_registry where test = 'singular' and sql is not null and (reads ? $1 or (domain = $2 and model = $3))",
                                {model.id(), model.domain, model.name});
    for (const pg::Row &row : tests.rows) {
        TestDef test;
        test.domain = row[0].value();
        test.model = row[2].value_or("");
        Model body = as_model(test, row[3].value());
        out.push_back({"test_registry set sql", row[0].value(), row[1].value(), rename_in_body(mesh, body, model, name)});
    }
    return out;
}

void rename_in_registry(const Model &model, const Model &next) {
    registry("update mesh.model_registry set name = $3, identifier = $4 where domain = $1 and name = $2", {model.domain, model.name, next.name, target_identifier(next)});
    registry("update mesh.dependency_registry set upstream = $2 where kind = 'model' and upstream = $1", {model.id(), next.id()});
    registry("update mesh.model_registry set lineage = (select pg_catalog.jsonb_agg(case when e->>1 = $1 then pg_catalog.jsonb_set(e, '{1}', pg_catalog.to_jsonb($2)) else e end)"
             " from pg_catalog.jsonb_array_elements(lineage) e) where (domain, name) in (select domain, model from mesh.dependency_registry where kind = 'model' and upstream = $2)",
             {model.id(), next.id()});
    registry("update mesh.test_registry set reads = (select pg_catalog.jsonb_agg(case when r = $1 then $2 else r end)"
             " from pg_catalog.jsonb_array_elements_text(reads) r) where reads ? $1",
             {model.id(), next.id()});
}

}  // namespace

std::string rename_in_body(Mesh &mesh, const Model &reader, const Model &model, const std::string &name) {
    Compiled compiled = resolve(mesh, reader);
    std::vector<std::string> names;
    for (size_t i = 0; i < compiled.upstreams.size(); i++) {
        const pg::Reference &ref = compiled.body.references[i];
        std::string written = compiled.body.text.substr(ref.begin, ref.end - ref.begin);
        const Upstream &up = compiled.upstreams[i];
        if (up.kind != Upstream::Kind::model || up.id != model.id()) {
            names.push_back(written);
        } else if (ref.form == pg::Reference::Form::plain) {
            names.push_back(model.alias ? written : (ref.schema.empty() ? "" : pg::quote_ident(ref.schema) + ".") + pg::quote_ident(name));
        } else {
            std::string domain = ref.schema.empty() ? "" : pg::quote_literal(ref.schema) + ", ";
            names.push_back("{{ ref(" + domain + pg::quote_literal(name) + ") }}");
        }
    }
    return pg::respell(compiled.body, names);
}

void relocate(const Domain &domain, const Model &old, const Model &next) {
    std::string from = target_schema(domain, old), to = target_schema(domain, next), name = target_identifier(old), new_name = target_identifier(next);
    if (old.built_kind.empty() || is_function(old) || (from == to && name == new_name) || !OidIsValid(pg::relation_oid(from, name))) return;
    std::string alter = std::string("alter ") + (old.built_kind == "v" ? "view " : old.built_kind == "m" ? "materialized view " : "table ");
    pg::as_role(owner_of(domain), domain.search_path(), [&] {
        if (from != to) pg::execute(alter + pg::qualified(from, name) + " set schema " + pg::quote_ident(to));
        if (name != new_name) pg::execute(alter + pg::qualified(to, name) + " rename to " + pg::quote_ident(new_name));
    });
}

void rename_model(const Model &model, const std::string &name) {
    lock_registry();
    Domain domain = get_domain(model.domain);
    Model next = model;
    next.name = name;
    if (name.empty()) throw Error("42602", "a model needs a name");
    if (find_model(model.domain, name)) throw Error("42710", "model \"" + next.id() + "\" already exists");
    refuse_users(model);
    std::vector<Rewrite> texts = rewrites(model, name);
    relocate(domain, model, next);
    rename_in_registry(model, next);
    for (const Rewrite &text : texts)
        registry("update mesh." + text.table + " = $3 where domain = $1 and name = $2", {text.domain, text.name, text.text});
}

}  // namespace mesh::engine
