#include "engine/compiled_store.h"

#include <algorithm>

#include "engine/definition.h"
#include "engine/product.h"

namespace mesh::engine {

namespace {

Json lineage_to_json(const std::vector<pg::LineageEdge> &lineage) {
    Json out = Json::array();
    for (const pg::LineageEdge &edge : lineage)
        out.push_back(Json::array({edge.column.empty() ? Json() : Json(edge.column), edge.upstream, edge.upstream_column, edge.direct ? "direct" : "indirect"}));
    return out;
}

const std::vector<std::string> kNothingFound = {"pending", "{}", "[]", "f", "", "[]"};

}  // namespace

Model with_analysis(Model model, const Compiled &compiled) {
    model.columns = compiled.analysis.columns;
    model.is_volatile = compiled.analysis.is_volatile;
    model.facts = compiled.analysis.facts;
    model.status = compiled.pending_on.empty() ? "ready" : "pending";
    return model;
}

void CompiledStore::introduce(const Model &model) {
    introduced_[model.name] = definition_row(model);
}

void CompiledStore::add(const Model &model, const Compiled &compiled, const Value &body) {
    if (is_published(model.name)) check_contracts(model, compiled.analysis.columns);
    add_found(model.name, body, {compiled.pending_on.empty() ? "ready" : "pending", pg::array_literal(compiled.pending_on), columns_to_json(compiled.analysis.columns).dump(),
                                 compiled.analysis.is_volatile ? "t" : "f", facts_to_json(compiled.analysis.facts).dump(), lineage_to_json(compiled.analysis.lineage).dump()});
    static const char *const kinds[] = {"model", "source", "relation"};
    for (const Upstream &up : compiled.upstreams)
        if (up.kind != Upstream::Kind::self) reads_.add({model.name, kinds[static_cast<int>(up.kind)], up.id});
    for (const Upstream &up : compiled.declared) reads_.add({model.name, kinds[static_cast<int>(up.kind)], up.id});
}

void CompiledStore::add_declared(const Model &model, const std::vector<std::string> &ids) {
    if (introduced_.count(model.name)) add_found(model.name, {}, kNothingFound);
    for (const std::string &id : ids)
        if (id != model.id()) reads_.add({model.name, "model", id});
}

void CompiledStore::add_found(const std::string &model, const Value &body, std::vector<std::string> found) {
    auto introduced = introduced_.extract(model);
    std::vector<std::string> row = introduced ? std::move(introduced.mapped()) : std::vector<std::string>{model, body ? "t" : "f", body.value_or("")};
    if (introduced && body) row[1] = *body;
    std::ranges::move(found, std::back_inserter(row));
    (introduced ? new_ : models_).add(std::move(row));
}

// A project's models may be thousands, and few of them products.
bool CompiledStore::is_published(const std::string &model) {
    if (!published_) {
        std::set<std::string> models;
        for (const pg::Row &row : registry("select model from mesh.product_registry where domain = $1", {domain_}).rows) models.insert(row[0].value());
        published_ = std::move(models);
    }
    return published_->count(model) > 0;
}

// Planned each time: what is right for empty tables would read all that the former hundreds wrote.
void CompiledStore::write(size_t least) {
    if (new_.size() + models_.size() < least) return;
    while (least == 0 && !introduced_.empty()) add_found(std::string(introduced_.begin()->first), {}, kNothingFound);
    if (!new_.empty()) write_new();
    if (!models_.empty()) write_models();
    write_reads();
    new_.clear();
    models_.clear();
    reads_.clear();
}

void CompiledStore::write_new() {
    registry(std::string("insert into mesh.model_registry (domain, ") + kDefinitionColumns + ", status, pending_on, columns, is_volatile, facts, lineage) select $1, " + kDefinitionValues +
                 ", status, pending_on::text[], columns::jsonb, is_volatile::boolean, nullif(facts, '')::jsonb, lineage::jsonb"
                 " from " + new_.from() + "(" + kDefinitionColumns + ", status, pending_on, columns, is_volatile, facts, lineage)",
             {domain_}, new_);
}

void CompiledStore::write_models() {
    registry("update mesh.model_registry m set body = case when r.has_body::boolean then r.body else m.body end, status = r.status, pending_on = r.pending_on::text[],"
             " columns = r.columns::jsonb, is_volatile = r.is_volatile::boolean, facts = r.facts::jsonb, lineage = r.lineage::jsonb"
             " from " + models_.from() + "(name, has_body, body, status, pending_on, columns, is_volatile, facts, lineage) where m.domain = $1 and m.name = r.name",
             {domain_}, models_);
}

// What is new had read nothing.
void CompiledStore::write_reads() {
    if (!models_.empty())
        registry("delete from mesh.dependency_registry d where domain = $1 and model = any($2::text[]) and not exists"
                 " (select from " + reads_.from(3) + "(model, kind, upstream) where r.model = d.model and r.kind = d.kind and r.upstream = d.upstream)",
                 {domain_, pg::array_literal(models_.column(0))}, reads_);
    if (!reads_.empty()) registry("insert into mesh.dependency_registry select $1, r.* from " + reads_.from() + "(model, kind, upstream) on conflict do nothing", {domain_}, reads_);
}

void store_compiled(const Model &model, const Compiled &compiled) {
    CompiledStore store(model.domain);
    store.add(model, compiled);
    store.write();
}

}  // namespace mesh::engine
