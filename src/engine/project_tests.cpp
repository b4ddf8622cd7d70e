#include "engine/project_tests.h"

#include "core/text.h"
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
    TestStore(Project &project, const std::string &domain, const TestsRead &read) : project_(project), manifest_(project.manifest()), domain_(domain), read_(read) {}

    void store() {
        std::set<std::string> wanted = tests();
        for (size_t i = 0; i < read_.order.size(); i++) place_[read_.order[i]] = i;
        for (const std::string &id : wanted) add(manifest_.nodes.at(id));
        for (const auto &[id, other] : manifest_.others)
            if (other.resource_type == ResourceType::unit_test) add_unit(other);
        forget();
        replace("test_registry", tests_,
                "(domain, name, model, test, column_name, arguments, severity, where_clause, warn_if, error_if, fail_limit, store_failures, reads, fail_calc, node, is_rendered, store_as, store_schema, store_alias)",
                "$1, e->>0, e->>1, e->>2, e->>3, (e->>4)::jsonb, e->>5, e->>6, e->>7, e->>8, (e->>9)::bigint, (e->>10)::boolean, (e->>11)::jsonb, e->>12, e->>13, (e->>14)::boolean, e->>15, e->>16, e->>17");
        if (read_.whole) replace("unit_test_registry", units_, "(domain, name, model, given, expect, node)", "$1, e->>0, e->>1, '{}'::jsonb, '[]'::jsonb, e->>2");
    }

private:
    // Those that were read; and where the order changed, all that belong to the last of several models.
    std::set<std::string> tests() {
        std::set<std::string> out;
        if (!read_.whole && read_.other_edges)
            for (const pg::Row &row : registry("select unique_id from mesh.project_resource_registry where domain = $1 and resource_type = 'test' and pg_catalog.cardinality(depends_on) > 1"
                                               " and content like '{\"node\":%' and content not like '%\"attached_node\":%'", {domain_}).rows)
                out.insert(row[0].value());
        project_.need({out.begin(), out.end()});
        for (const auto &[id, text] : *read_.after)
            if (auto node = manifest_.nodes.find(id); node != manifest_.nodes.end() && node->second.resource_type == ResourceType::test) out.insert(id);
        return out;
    }

    // Of a test whose text alone changed the model stays.
    std::string stored_model(const Node &node) const {
        return registry_value("select model from mesh.test_registry where domain = $1 and node = $2", {domain_, node.unique_id}).value_or("");
    }

    // Those that the project no longer has, or has by another name.
    void forget() {
        if (read_.whole) {
            for (const auto &[table, rows] : {std::pair("test_registry", &tests_), std::pair("unit_test_registry", &units_)})
                registry("delete from mesh." + std::string(table) + " where domain = $1 and node is not null and name not in (select e->>0 from pg_catalog.json_array_elements($2::json) e)",
                         {domain_, rows->dump()});
            return;
        }
        std::vector<std::string> gone;
        for (const auto &[id, text] : *read_.before)
            if (!read_.after->count(id)) gone.push_back(id);
        if (!gone.empty()) registry("delete from mesh.test_registry where domain = $1 and node = any($2::text[])", {domain_, pg::array_literal(gone)});
    }

    void replace(const std::string &table, const Json &rows, const std::string &columns, const std::string &values) {
        if (rows.empty()) return;
        refuse_taken(table, rows);
        std::string mine = columns.substr(1, columns.size() - 2), theirs = "excluded." + mine;
        for (size_t at = theirs.find(", "); at != std::string::npos; at = theirs.find(", ", at + 2)) theirs.replace(at, 2, ", excluded.");
        std::string old = "t." + mine;
        for (size_t at = old.find(", "); at != std::string::npos; at = old.find(", ", at + 2)) old.replace(at, 2, ", t.");
        registry("insert into mesh." + table + " as t " + columns + " select " + values + " from pg_catalog.json_array_elements($2::json) e on conflict (domain, name) do update set " +
                     columns + " = (" + theirs + ") where (" + old + ") is distinct from (" + theirs + ")",
                 {domain_, rows.dump()});
    }

    void refuse_taken(const std::string &table, const Json &rows) const {
        Value taken = registry_value("select name from mesh." + table + " where domain = $1 and node is null and name in (select e->>0 from pg_catalog.json_array_elements($2::json) e) limit 1",
                                     {domain_, rows.dump()});
        if (taken) throw core::Error("42710", "test \"" + domain_ + "." + *taken + "\" already exists, and the project has one of this name", "", "Drop it first with mesh.drop_test().");
    }

    // What the test is about: what it is attached to, else the last of the models that it reads to be built; "" for a test of sources.
    std::string model_of(const Node &node) const {
        std::string attached = project_.model_name(node.attached_node);
        if (!attached.empty()) return attached;
        std::string last;
        if (node.depends_on_nodes.size() > 1 && place_.empty()) return stored_model(node);
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

    // "source.shop.raw.orders": as the graph knows it; "" for what is no source, or is what a model of the project builds: its tests wait for that.
    std::string source_of(const std::string &unique_id) {
        std::size_t name = unique_id.rfind("source.", 0) == 0 ? unique_id.find('.', sizeof "source." - 1) : std::string::npos;
        if (name == std::string::npos) return "";
        auto [known, fresh] = sources_.try_emplace(unique_id, "source:" + domain_ + unique_id.substr(name));
        auto source = manifest_.sources.find(unique_id);
        if (!fresh || source == manifest_.sources.end()) return known->second;
        std::optional<Domain> owner = find_domain_by_schema(source->second.schema);
        if (owner && owner->name == domain_ && find_model_at(*owner, source->second.schema, source->second.identifier)) known->second.clear();
        return known->second;
    }

    Json reads_of(const Node &node, const std::string &model) {
        Json out = Json::array();
        for (const std::string &id : project_.models_read(node.unique_id))
            if (id != domain_ + "." + model) out.push_back(id);
        for (const std::string &id : node.depends_on_nodes)
            if (std::string source = source_of(id); !source.empty()) out.push_back(source);
        return out;
    }

    void add(const Node &node) {
        std::string model = model_of(node), name = free_name(node);
        std::optional<Json> arguments = own_arguments(node, model);
        std::string stored = text_of(node.config, "store_failures_as", "");
        bool keeps = stored == "table" || stored == "view";  // its rows are those of dbt's query
        bool own = arguments && !keeps && !judged_ && !project_.invocation().generic_test_overridden(node.test_metadata->name);
        std::string test = node.test_metadata ? node.test_metadata->name : "singular";
        std::string severity = core::lowered(text_of(node.config, "severity", "error"));
        tests_.push_back({name, model.empty() ? Json() : Json(model), test, own ? Json(*plain_column(node.column_name)) : Json(), own ? arguments->dump() : "{}", severity,
                          own ? nullable(node.config, "where") : Json(), text_of(node.config, "warn_if", "!= 0"), text_of(node.config, "error_if", "!= 0"),
                          nullable(node.config, "limit"), text_of(node.config, "store_failures", "false"), reads_of(node, model).dump(),
                          text_of(node.config, "fail_calc", "count(*)"), node.unique_id, !own,
                          keeps ? Json(stored) : Json(), node.schema, node.alias});
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
    const TestsRead &read_;
    const bool judged_ = project_.invocation().test_sql_overridden();
    std::map<std::string, size_t> place_;
    std::set<std::string> names_;
    std::map<std::string, std::string> sources_;  // unique ids of those that were asked for: see source_of
    Json tests_ = Json::array(), units_ = Json::array();
};

}  // namespace

void store_project_tests(Project &project, const std::string &domain, const TestsRead &read) {
    TestStore(project, domain, read).store();
}

}  // namespace mesh::engine
