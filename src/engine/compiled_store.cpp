#include "engine/compiled_store.h"

#include "engine/product.h"

namespace mesh::engine {

namespace {

Json lineage_to_json(const std::vector<pg::LineageEdge> &lineage) {
    Json out = Json::array();
    for (const pg::LineageEdge &edge : lineage)
        out.push_back(Json::array({edge.column.empty() ? Json() : Json(edge.column), edge.upstream, edge.upstream_column, edge.direct ? "direct" : "indirect"}));
    return out;
}

}  // namespace

Model with_analysis(Model model, const Compiled &compiled) {
    model.columns = compiled.analysis.columns;
    model.is_volatile = compiled.analysis.is_volatile;
    model.facts = compiled.analysis.facts;
    model.status = compiled.pending_on.empty() ? "ready" : "pending";
    return model;
}

void CompiledStore::add(const Model &model, const Compiled &compiled, const Value &body) {
    if (is_published(model.name)) check_contracts(model, compiled.analysis.columns);
    models_.add({model.name, body ? "t" : "f", body.value_or(""), compiled.pending_on.empty() ? "ready" : "pending", pg::array_literal(compiled.pending_on),
                 columns_to_json(compiled.analysis.columns).dump(), compiled.analysis.is_volatile ? "t" : "f", facts_to_json(compiled.analysis.facts).dump(),
                 lineage_to_json(compiled.analysis.lineage).dump()});
    static const char *const kinds[] = {"model", "source", "relation"};
    for (const Upstream &up : compiled.upstreams)
        if (up.kind != Upstream::Kind::self) reads_.add({model.name, kinds[static_cast<int>(up.kind)], up.id});
    for (const Upstream &up : compiled.declared) reads_.add({model.name, kinds[static_cast<int>(up.kind)], up.id});
}

void CompiledStore::add_declared(const Model &model, const std::vector<std::string> &ids) {
    for (const std::string &id : ids)
        if (id != model.id()) reads_.add({model.name, "model", id});
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
    if (models_.size() < least) return;
    if (!models_.empty()) write_models();
    if (!models_.empty() || !reads_.empty()) write_reads();
    models_.clear();
    reads_.clear();
}

void CompiledStore::write_models() {
    registry("update mesh.model_registry m set body = case when r.has_body::boolean then r.body else m.body end, status = r.status, pending_on = r.pending_on::text[],"
             " columns = r.columns::jsonb, is_volatile = r.is_volatile::boolean, facts = r.facts::jsonb, lineage = r.lineage::jsonb"
             " from " + models_.from() + "(name, has_body, body, status, pending_on, columns, is_volatile, facts, lineage) where m.domain = $1 and m.name = r.name",
             models_.after(domain_));
}

void CompiledStore::write_reads() {
    std::vector<Value> values = reads_.after(domain_);
    values.push_back(pg::array_literal(models_.column(0)));
    std::string reads = reads_.from() + "(model, kind, upstream)";
    registry("delete from mesh.dependency_registry d where domain = $1 and model in (select pg_catalog.unnest($5::text[])) and not exists"
             " (select from " + reads + " where r.model = d.model and r.kind = d.kind and r.upstream = d.upstream)",
             values);
    if (!reads_.empty()) registry("insert into mesh.dependency_registry select $1, r.* from " + reads + " on conflict do nothing", reads_.after(domain_));
}

void store_compiled(const Model &model, const Compiled &compiled) {
    CompiledStore store(model.domain);
    store.add(model, compiled);
    store.write();
}

}  // namespace mesh::engine
