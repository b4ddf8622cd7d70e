#include "engine/project_tests.h"

#include "engine/generic_test.h"

namespace mesh::engine {

using project::Node;
using project::ResourceType;

namespace {

std::string text_of(const project::Json &config, const char *key, const char *otherwise) {
    auto found = config.find(key);
    if (found == config.end() || found->is_null()) return otherwise;
    return found->is_string() ? found->get<std::string>() : found->dump();
}

Json nullable(const project::Json &config, const char *key) {
    auto found = config.find(key);
    return found == config.end() || found->is_null() ? Json() : Json(found->is_string() ? found->get<std::string>() : found->dump());
}

// A column as it is called: without quotes; nothing for what is no plain name, which only the server can read.
std::optional<std::string> plain_column(const std::string &written) {
    if (written.size() > 2 && written.front() == '"' && written.back() == '"') {
        std::string inner = written.substr(1, written.size() - 2);
        if (inner.find('"') == std::string::npos) return inner;
        return {};
    }
    for (char c : written)
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))) return {};
    return written.empty() || (written[0] >= '0' && written[0] <= '9') ? std::nullopt : std::optional<std::string>(written);
}

class TestStore {
public:
    TestStore(Project &project, const std::string &domain) : project_(project), manifest_(project.manifest()), domain_(domain) {}

    void store() {
        std::vector<std::string> order = build_order(manifest_);
        for (size_t i = 0; i < order.size(); i++) place_[order[i]] = i;
        for (const auto &[id, node] : manifest_.nodes)
            if (node.resource_type == ResourceType::test) add(node);
        replace("test_registry", tests_,
                "(domain, name, model, test, column_name, arguments, sql, severity, where_clause, warn_if, error_if, fail_limit, store_failures, reads, fail_calc, node, is_rendered)"
                " select $1, e->>0, e->>1, e->>2, e->>3, (e->>4)::jsonb, null, e->>5, e->>6, e->>7, e->>8, (e->>9)::bigint, (e->>10)::boolean, (e->>11)::jsonb, e->>12, e->>13, (e->>14)::boolean");
        for (const auto &[id, other] : manifest_.others)
            if (other.resource_type == ResourceType::unit_test) add_unit(other);
        replace("unit_test_registry", units_, "(domain, name, model, given, expect, node) select $1, e->>0, e->>1, '{}', '[]', e->>2");
    }

private:
    void replace(const std::string &table, const Json &rows, const std::string &columns_and_values) {
        registry("delete from mesh." + table + " where domain = $1 and node is not null", {domain_});
        if (!rows.empty()) registry("insert into mesh." + table + " " + columns_and_values + " from pg_catalog.json_array_elements($2::json) e", {domain_, rows.dump()});
    }

    // What the test is about: what it is attached to, else the last of the models that it reads to be built; "" for a test of sources.
    std::string model_of(const Node &node) const {
        std::string attached = project_.model_name(node.attached_node);
        if (!attached.empty()) return attached;
        std::string last;
        for (const std::string &id : node.depends_on_nodes)
            if (!project_.model_name(id).empty() && (last.empty() || place_.at(id) > place_.at(last))) last = id;
        return last.empty() ? "" : project_.model_name(last);
    }

    std::string free_name(const Node &node) {
        return names_.insert(node.name).second ? node.name : node.unique_id;
    }

    // The arguments of a test that mesh runs by itself; nothing: it has to be rendered.
    std::optional<Json> own_arguments(const Node &node, const std::string &model) const {
        static const std::set<std::string> own = {"not_null", "unique", "accepted_values", "relationships"};
        if (!node.test_metadata || !node.test_metadata->package.empty() || !own.count(node.test_metadata->name) || !plain_column(node.column_name)) return {};
        if (project_.model_name(node.attached_node).empty()) return {};
        const project::Json &kwargs = node.test_metadata->kwargs;
        const std::string &name = node.test_metadata->name;
        if (name == "not_null" || name == "unique") return Json::object();
        if (name == "accepted_values") return accepted_values(kwargs);
        return relationships(node, kwargs, model);
    }

    static std::optional<Json> accepted_values(const project::Json &kwargs) {
        auto values = kwargs.find("values");
        if (values == kwargs.end() || !values->is_array() || values->empty()) return {};
        Json texts = Json::array();
        bool quote = kwargs.value("quote", true);
        for (const project::Json &value : *values) {
            if (value.is_null() || value.is_structured() || (!value.is_string() && quote)) return {};
            if (value.is_string() && (!quote || value.get<std::string>().find('\'') != std::string::npos)) return {};
            texts.push_back(Json::parse(value.dump()));
        }
        return Json{{"values", texts}, {"quote", quote}};
    }

    std::optional<Json> relationships(const Node &node, const project::Json &kwargs, const std::string &model) const {
        std::string field = text_of(kwargs, "field", "");
        std::vector<std::string> others;
        for (const std::string &id : node.depends_on_nodes)
            if (id != node.attached_node) others.push_back(id);
        if (!plain_column(field) || others.size() > 1 || node.depends_on_nodes.empty()) return {};
        std::string to = others.empty() ? model : project_.model_name(others.front());
        if (to.empty()) return {};
        return Json{{"to", pg::quote_ident(domain_) + "." + pg::quote_ident(to)}, {"field", *plain_column(field)}};
    }

    Json reads_of(const Node &node, const std::string &model) const {
        Json out = Json::array();
        for (const std::string &id : project_.models_read(node.unique_id))
            if (id != domain_ + "." + model) out.push_back(id);
        return out;
    }

    void add(const Node &node) {
        std::string model = model_of(node), name = free_name(node);
        std::optional<Json> arguments = own_arguments(node, model);
        bool own = arguments && !project_.invocation().generic_test_overridden(node.test_metadata->name);
        std::string test = node.test_metadata ? node.test_metadata->name : "singular";
        std::string severity = text_of(node.config, "severity", "error");
        std::transform(severity.begin(), severity.end(), severity.begin(), [](unsigned char c) { return static_cast<char>(tolower(c)); });
        tests_.push_back({name, model.empty() ? Json() : Json(model), test, own ? Json(*plain_column(node.column_name)) : Json(), own ? arguments->dump() : "{}", severity,
                          own ? nullable(node.config, "where") : Json(), text_of(node.config, "warn_if", "!= 0"), text_of(node.config, "error_if", "!= 0"),
                          nullable(node.config, "limit"), text_of(node.config, "store_failures", "false"), reads_of(node, model).dump(),
                          text_of(node.config, "fail_calc", "count(*)"), node.unique_id, !own});
    }

    void add_unit(const project::OtherResource &unit) {
        for (const std::string &id : unit.depends_on_nodes)
            if (std::string model = project_.model_name(id); !model.empty()) {
                std::string name = names_.insert(unit.name).second ? unit.name : unit.unique_id;
                units_.push_back({name, model, unit.unique_id});
                return;
            }
    }

    Project &project_;
    const project::Manifest &manifest_;
    std::string domain_;
    std::map<std::string, size_t> place_;
    std::set<std::string> names_;
    Json tests_ = Json::array(), units_ = Json::array();
};

}  // namespace

void store_project_tests(Project &project, const std::string &domain) {
    TestStore(project, domain).store();
}

}  // namespace mesh::engine
