#include "cli/manifest.h"

#include <fstream>

#include "core/text.h"
#include "cli/text.h"

namespace mesh::cli {
namespace {

const char *const sections[] = {"nodes", "sources", "exposures", "metrics", "unit_tests", "semantic_models", "saved_queries", "functions", "macros", "groups"};

// Called for each token of the JSON text. Only what is at nodes.<unique id>.<key>, and some of config, is kept.
class Reader : public nlohmann::json_sax<Json> {
public:
    explicit Reader(NodeCatalog &catalog) : catalog_(catalog) {}

    bool null() override { return true; }
    bool boolean(bool value) override {
        if (in_config() && key_ == "store_failures") node_->store_failures = value;
        if (node_ && depth_ == 4 && arrays_ == 0 && field_ == "contract" && key_ == "enforced") node_->contract_enforced = value;
        return true;
    }
    bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
    bool number_float(number_float_t, const string_t &text) override { return scalar(text); }
    bool binary(binary_t &) override { return true; }
    bool string(string_t &value) override { return scalar(value); }

    bool key(string_t &name) override {
        key_ = name;
        if (depth_ == 1) section_ = wanted(name) ? name : "";
        if (depth_ == 2 && !section_.empty() && section_ != "macros" && section_ != "groups") node_ = &catalog_.nodes[name];
        if (depth_ == 2 && section_ == "groups") group_ = &catalog_.groups[name];
        if (depth_ == 2 && section_ == "macros") catalog_.macros.push_back(name);
        if (depth_ == 3) field_ = name;
        if (depth_ == 5) member_ = name;
        return true;
    }
    bool start_object(std::size_t) override { return ++depth_ > 0; }
    bool end_object() override {
        if (--depth_ == 2) {
            node_ = nullptr;
            group_ = nullptr;
        }
        return true;
    }
    bool start_array(std::size_t) override { return ++arrays_ > 0; }
    bool end_array() override {
        if (is_owner()) group_->owner[key_] += "]";
        return arrays_-- > 0;
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &error) override {
        throw Error("22032", "manifest.json is not valid", error.what());
    }

private:
    static bool wanted(const std::string &name) {
        for (const char *section : sections)
            if (name == section) return true;
        return false;
    }
    bool in_config() const { return node_ && depth_ == 4 && arrays_ == 0 && field_ == "config"; }

    // Of the model, or of a column.
    bool in_constraint() const { return arrays_ == 1 && ((depth_ == 4 && field_ == "constraints") || (depth_ == 6 && field_ == "columns" && member_ == "constraints")); }

    bool is_owner() const { return group_ && depth_ == 4 && field_ == "owner"; }

    void of_group(const std::string &value) {
        if (depth_ == 3 && key_ == "name") group_->name = value;
        if (depth_ == 3 && key_ == "package_name") group_->package = value;
        if (!is_owner()) return;
        std::string &said = group_->owner[key_];
        said += arrays_ == 0 ? value : (said.empty() ? "['" : ", '") + value + "'";
    }

    bool scalar(const std::string &value) {
        if (group_) of_group(value);
        if (!node_) return true;
        if (in_config() && key_ == "incremental_strategy") node_->microbatch = value == "microbatch";
        if (in_config() && key_ == "materialized") node_->materialized = value;
        if (key_ == "to" && in_constraint()) node_->references.push_back(value);
        if (depth_ == 3 && arrays_ == 0) field(value);
        if (depth_ == 3 && arrays_ == 1 && field_ == "fqn") node_->fqn.push_back(value);
        return true;
    }

    void field(const std::string &value) {
        NodeInfo &node = *node_;
        if (key_ == "resource_type") node.resource_type = value;
        if (key_ == "name") node.name = value;
        if (key_ == "package_name") node.package = value;
        if (key_ == "path") node.path = value;
        if (key_ == "original_file_path") node.original_file_path = value;
        if (key_ == "language") node.language = value;
        if (key_ == "database") node.database = value;
        if (key_ == "schema") node.schema = value;
        if (key_ == "alias") node.alias = value;
        if (key_ == "version") node.version = value;
        if (key_ == "relation_name") node.relation_name = value;
        if (key_ == "group") node.group = value;
    }

    NodeCatalog &catalog_;
    NodeInfo *node_ = nullptr;
    GroupInfo *group_ = nullptr;
    int depth_ = 0, arrays_ = 0;
    std::string section_, field_, member_, key_;
};

std::string noun(const NodeInfo &node) {
    return node.resource_type == "operation" ? "project hook" : node.resource_type;
}

}  // namespace

NodeCatalog read_manifest(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("58P01", "could not read \"" + path + "\"");
    NodeCatalog catalog;
    Reader reader(catalog);
    nlohmann::json_sax<Json> *handler = &reader;
    Json::sax_parse(file, handler);
    for (const auto &[id, node] : catalog.nodes) ++catalog.counts[noun(node)];
    if (!catalog.macros.empty()) catalog.counts["macro"] = static_cast<long>(catalog.macros.size());
    return catalog;
}

std::string found_line(const NodeCatalog &catalog) {
    std::vector<std::string> parts;
    for (const char *first : {"model", "seed", "snapshot", "test"})
        if (const auto found = catalog.counts.find(first); found != catalog.counts.end()) parts.push_back(counted_kind(found->second, first));
    for (const auto &[kind, count] : catalog.counts)
        if (kind != "model" && kind != "seed" && kind != "snapshot" && kind != "test") parts.push_back(counted_kind(count, kind));
    return parts.empty() ? "nothing" : join(parts, ", ");
}

}  // namespace mesh::cli
