// The mesh as one command sees it: registry rows read once, then answered from memory. A run over a thousand models
// must not ask the registry a thousand times.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "engine/registry.h"

namespace mesh::engine {

class Mesh {
public:
    // nullptr when there is none; pointers stay valid while the Mesh lives.
    const Domain *find_domain(const std::string &name);
    const Domain *domain_with_schema(const std::string &schema);
    const Model *find_model(const std::string &domain, const std::string &name);
    const Model *find_model_at(const Domain &domain, const std::string &schema, const std::string &identifier);
    const Source *find_source(const std::string &domain, const std::string &source, const std::string &table);
    const Source *source_with_relation(const std::string &domain, const std::string &schema, const std::string &table);

    // Raise 42704 with a hint when there is none.
    const Domain &domain(const std::string &name);
    const Model &model(const ModelName &name);

    const std::map<std::string, Domain> &domains();
    const std::vector<Source> &sources_of(const std::string &domain);

    // Reads all models of a domain at once; has it done so?
    std::vector<const Model *> models_of(const std::string &domain);
    bool is_whole(const std::string &domain) const { return whole_.count(domain) > 0; }

    // What a run learned about a model: its columns as they really are, what was built.
    void update(Model model);
    void note_built(const Model &model, const std::string &kind);  // a relkind
    void note_columns(const Model &model, const std::vector<pg::Column> &columns);

private:
    void load_domains();

    bool domains_loaded_ = false;
    std::map<std::string, Domain> domains_;
    std::map<std::string, std::string> by_schema_;
    std::map<std::string, std::map<std::string, std::optional<Model>>> models_;  // nothing: known to be missing
    std::set<std::string> whole_;                                               // domains whose models are all read
    std::map<std::string, std::map<std::string, const Model *>> by_relation_;  // of whole domains: schema.identifier with quotes
    std::map<std::string, std::vector<Source>> sources_;
};

}  // namespace mesh::engine
