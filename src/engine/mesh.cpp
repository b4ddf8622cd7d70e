#include "engine/mesh.h"

#include "engine/target.h"

namespace mesh::engine {

void Mesh::load_domains() {
    if (domains_loaded_) return;
    for (const Domain &domain : all_domains()) {
        for (const std::string &schema : domain.schemas) by_schema_[schema] = domain.name;
        domains_.emplace(domain.name, domain);
    }
    domains_loaded_ = true;
}

const std::map<std::string, Domain> &Mesh::domains() {
    load_domains();
    return domains_;
}

const Domain *Mesh::find_domain(const std::string &name) {
    load_domains();
    auto found = domains_.find(name);
    return found == domains_.end() ? nullptr : &found->second;
}

const Domain *Mesh::domain_with_schema(const std::string &schema) {
    load_domains();
    auto found = by_schema_.find(schema);
    return found == by_schema_.end() ? nullptr : find_domain(found->second);
}

const Domain &Mesh::domain(const std::string &name) {
    const Domain *found = find_domain(name);
    if (found == nullptr) (void)get_domain(name);  // raises
    return *found;
}

const Model *Mesh::find_model(const std::string &domain, const std::string &name) {
    auto &of_domain = models_[domain];
    auto found = of_domain.find(name);
    if (found == of_domain.end()) {
        if (whole_.count(domain)) return nullptr;
        found = of_domain.emplace(name, engine::find_model(domain, name)).first;
    }
    return found->second ? &*found->second : nullptr;
}

const Model *Mesh::find_model_at(const Domain &domain, const std::string &schema, const std::string &identifier) {
    if (!whole_.count(domain.name)) {
        std::optional<Model> found = engine::find_model_at(domain, schema, identifier);
        return found ? find_model(domain.name, found->name) : nullptr;
    }
    auto [names, fresh] = by_relation_.try_emplace(domain.name);
    if (fresh)
        for (const Model *model : models_of(domain.name)) {
            const Model *&at = names->second[target_name(domain, *model)];
            if (at == nullptr || relkind_for(at->materialized).empty()) at = model;
        }
    auto found = names->second.find(pg::qualified(schema, identifier));
    return found == names->second.end() ? nullptr : found->second;
}

const Model &Mesh::model(const ModelName &name) {
    const Model *found = find_model(name.domain, name.name);
    if (found == nullptr) (void)get_model(name);  // raises
    return *found;
}

std::vector<const Model *> Mesh::models_of(const std::string &domain) {
    auto &of_domain = models_[domain];
    if (whole_.insert(domain).second)
        for (Model &model : engine::models_of(domain)) of_domain.insert_or_assign(model.name, std::move(model));
    std::vector<const Model *> out;
    for (const auto &[name, model] : of_domain)
        if (model) out.push_back(&*model);
    return out;
}

void Mesh::update(Model model) {
    std::optional<Model> &known = models_[model.domain][model.name];
    known = std::move(model);
}

void Mesh::note_built(const Model &model, const std::string &kind) {
    if (find_model(model.domain, model.name) != nullptr) models_[model.domain][model.name]->built_kind = kind;
}

void Mesh::note_columns(const Model &model, const std::vector<pg::Column> &columns) {
    if (find_model(model.domain, model.name) != nullptr) models_[model.domain][model.name]->columns = columns;
}

const std::vector<Source> &Mesh::sources_of(const std::string &domain) {
    auto [found, fresh] = sources_.try_emplace(domain);
    if (!fresh) return found->second;
    pg::Result rows = registry_prepared("select source_name, table_name, schema_name, coalesce(identifier, table_name) from mesh.source_registry where domain = $1 order by 1, 2", {domain});
    for (const pg::Row &row : rows.rows) found->second.push_back({domain, row[0].value(), row[1].value(), row[2].value(), row[3].value()});
    return found->second;
}

const Source *Mesh::find_source(const std::string &domain, const std::string &source, const std::string &table) {
    for (const Source &s : sources_of(domain))
        if (s.source == source && s.table == table) return &s;
    return nullptr;
}

const Source *Mesh::source_with_relation(const std::string &domain, const std::string &schema, const std::string &table) {
    for (const Source &s : sources_of(domain))
        if (s.schema == schema && s.identifier == table) return &s;
    return nullptr;
}

}  // namespace mesh::engine
