#include "core/project/config_tree.h"

namespace mesh::core::project {

namespace {

const char *tree_key(ResourceType type, bool raw) {
    switch (type) {
        case ResourceType::seed: return "seeds";
        case ResourceType::snapshot: return "snapshots";
        case ResourceType::source: return "sources";
        case ResourceType::test: return "data_tests";
        case ResourceType::metric: return "metrics";
        case ResourceType::semantic_model: return "semantic_models";
        case ResourceType::saved_query: return "saved_queries";
        case ResourceType::exposure: return "exposures";
        case ResourceType::unit_test: return "unit_tests";
        case ResourceType::function: return raw ? "models" : "functions";  // as dbt has it
        default: return "models";
    }
}

}  // namespace

Json level_config(const Json &level) {
    Json config = Json::object();
    for (const auto &item : level.items()) {
        if (!item.key().empty() && item.key()[0] == '+') {
            std::size_t start = item.key().find_first_not_of(' ', 1);
            config[item.key().substr(start == std::string::npos ? 1 : start)] = item.value();
        } else if (!item.value().is_object()) {
            config[item.key()] = item.value();
        }
    }
    return config;
}

Configs::Configs(const std::vector<LoadedProject> &projects) : projects_(projects) {}

const LoadedProject &Configs::project(const std::string &package) const {
    for (const LoadedProject &project : projects_)
        if (project.package.name == package) return project;
    return projects_.front();
}

template <class Visit>
void Configs::each_layer(bool raw, ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls,
                         const Json *patch, Visit visit) const {
    const auto tree = [&](const LoadedProject &project) {
        const Json &data = raw ? project.raw : project.package.project;
        const auto found = data.find(tree_key(type, raw));
        if (found == data.end() || !found->is_object()) return;
        const Json *level = &*found;
        visit(level_config(*level));
        for (const std::string &name : fqn) {
            const auto next = level->find(name);
            if (next == level->end() || !next->is_object()) return;
            level = &*next;
            visit(level_config(*level));
        }
    };
    const LoadedProject &own = project(package);
    tree(own);
    if (patch) visit(*patch);
    visit(calls);
    if (&own != &projects_.front()) tree(projects_.front());
}

Json Configs::build(ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls, const Json *patch,
                    const std::string &file) const {
    Json config = default_config(type);
    each_layer(false, type, fqn, package, calls, patch, [&](const Json &layer) { merge_config(config, layer, type); });
    finish_config(config, type, file);
    return config;
}

Json Configs::unrendered(ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls,
                         const Json *patch) const {
    Json config = Json::object();
    each_layer(true, type, fqn, package, calls, patch, [&](const Json &layer) {
        for (const auto &item : layer.items()) config[item.key() == "dbname" ? "database" : item.key()] = item.value();
    });
    return config;
}

Json Configs::single(const char *key, ResourceType type, const std::vector<std::string> &fqn, const std::string &package,
                     const Json &calls) const {
    Json value;
    each_layer(false, type, fqn, package, calls, nullptr, [&](const Json &layer) {
        if (const auto found = layer.find(key); found != layer.end()) value = *found;
    });
    return value;
}

}  // namespace mesh::core::project
