// Exposures, groups, metrics, semantic models, saved queries and unit tests; selectors.yml.
#include <algorithm>

#include "core/project/columns.h"
#include "core/project/metric_params.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"
#include "core/project/semantic_params.h"
#include "core/project/semantic_rules.h"
#include "core/project/unit_test.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

OtherResource start(ParseState &state, const Property &property, ResourceType type) {
    OtherResource other;
    other.resource_type = type;
    other.name = property.name;
    other.package_name = property.package->name;
    other.unique_id = std::string(resource_type_name(type)) + "." + other.package_name + "." + other.name;
    other.path = property.path;
    other.original_file_path = property.original_path;
    other.fqn = make_fqn(other.package_name, property.path, other.name);
    Json patch = property.entry.value("config", Json::object());
    if (!patch.is_object()) patch = Json::object();
    other.content["description"] = text_member(property.entry, "description");
    other.content["config"] = state.configs->build(type, other.fqn, other.package_name, Json::object(), &patch, property.place);
    other.enabled = other.content["config"].value("enabled", Json(true)) != false;
    if (type != ResourceType::group) other.content["unrendered_config"] = state.configs->unrendered(type, other.fqn, other.package_name, Json::object(), &patch);
    return other;
}

void add(ParseState &state, OtherResource other, const Property &property) {
    const auto [found, added] = state.manifest.others.emplace(other.unique_id, std::move(other));
    if (!added)
        fail("42710", "dbt found two " + plural(resource_type_name(found->second.resource_type)) + " with the name \"" + property.name + "\"", property.place, property.line,
             "It is also in " + found->second.original_file_path + ".");
}

// `common`: what the project says of all exposures, which adds to what one says itself.
void set_tags_and_meta(OtherResource &other, const Json &entry, const Json &common = Json::object()) {
    Json &config = other.content["config"];
    std::vector<std::string> tags;
    for (const Json *object : std::initializer_list<const Json *>{&common, &entry, &config})
        if (const auto own = object->find("tags"); own != object->end() && !own->is_null())
            for (const Json &tag : as_list(*own)) tags.push_back(python_text(tag));
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    other.tags = tags;
    other.content["tags"] = tags;
    Json meta = Json::object();
    for (const Json *object : std::initializer_list<const Json *>{&common, &entry, &config})
        if (const auto more = object->find("meta"); more != object->end() && more->is_object())
            for (const auto &item : more->items()) meta[item.key()] = item.value();
    other.content["meta"] = meta;
}

// ref(), source(), metric() or any template that comes to them.
void depend_on(ParseState &state, OtherResource &other, const std::string &text, Json &metrics) {
    const auto parsed = parse_ref_or_source(text);
    if (const Ref *ref = std::get_if<Ref>(&parsed)) return void(other.refs.push_back(*ref));
    if (const auto *source = std::get_if<std::vector<std::string>>(&parsed)) return void(other.sources.push_back(*source));
    Node node;
    node.resource_type = other.resource_type;
    node.name = other.name;
    node.package_name = other.package_name;
    node.unique_id = other.unique_id;
    node.original_file_path = other.original_file_path;
    ParsedText rendered = state.renderer->render(node, "{{ " + text + " }}");
    other.refs.insert(other.refs.end(), rendered.refs.begin(), rendered.refs.end());
    other.sources.insert(other.sources.end(), rendered.sources.begin(), rendered.sources.end());
    for (const auto &metric : rendered.metrics) metrics.push_back(metric);
}

// Its email and name first, also when they are not given.
Json whole_owner(const Json &owner) {
    Json out = {{"email", owner.value("email", Json())}, {"name", owner.value("name", Json())}};
    out.update(owner);
    return out;
}

void read_exposure(ParseState &state, const Property &property) {
    OtherResource other = start(state, property, ResourceType::exposure);
    for (const char *key : {"type", "owner"})
        if (!property.entry.contains(key)) fail("22023", "exposure \"" + property.name + "\" has no " + key, property.place, property.line);
    const Json common = property.package->project.value("exposures", Json::object());
    set_tags_and_meta(other, property.entry, common.is_object() ? common : Json::object());
    other.content["config"]["tags"] = other.content["tags"];
    other.content["config"]["meta"] = other.content["meta"];
    for (const char *key : {"type", "owner", "label", "maturity", "url"}) other.content[key] = property.entry.value(key, Json());
    if (Json &owner = other.content["owner"]; owner.is_object()) owner = whole_owner(owner);
    Json metrics = Json::array();
    for (const Json &line : list_member(property.entry, "depends_on", property)) depend_on(state, other, python_text(line), metrics);
    other.content["sources"] = other.sources;
    other.content["metrics"] = metrics;
    add(state, std::move(other), property);
}

void read_group(ParseState &state, const Property &property) {
    OtherResource other = start(state, property, ResourceType::group);
    Json owner = property.entry.value("owner", Json());
    if (!owner.is_object() || (owner.value("name", Json()).is_null() && owner.value("email", Json()).is_null()))
        fail("22023", "group \"" + property.name + "\" has no owner", property.place, property.line, "An owner has a name or an email.");
    other.content["owner"] = whole_owner(owner);
    if (!property.entry.contains("description")) other.content["description"] = nullptr;
    add(state, std::move(other), property);
}

void read_metric(ParseState &state, const Property &property) {
    check_metric(property);
    OtherResource other = start(state, property, ResourceType::metric);
    set_tags_and_meta(other, property.entry);
    for (const char *key : {"label", "type", "type_params", "filter", "time_granularity"}) other.content[key] = property.entry.value(key, Json());
    other.content["type_params"] = metric_type_params(other.content["type_params"], other.content["type"] == "cumulative");
    other.content["filter"] = metric_filter(other.content["filter"]);
    other.content["group"] = other.content["config"]["group"];
    add(state, std::move(other), property);
}

// create_metric: true makes a simple metric of the measure's name.
Property metric_of_measure(const Property &property, const Json &measure, const Json &config) {
    Property made = property;
    made.key = "metrics";
    made.name = text_member(measure, "name");
    const std::string expression = text_member(measure, "expr"), label = text_member(measure, "label"), description = text_member(measure, "description");
    made.entry = {{"name", made.name},
                  {"label", label.empty() ? made.name : label},
                  {"type", "simple"},
                  {"type_params", {{"measure", made.name}, {"expr", expression.empty() ? made.name : expression}}},
                  {"description", description.empty() ? "Metric created from measure " + made.name : description},
                  {"config", {{"enabled", config["enabled"]}, {"meta", config["meta"]}}}};
    return made;
}

void read_semantic_model(ParseState &state, const Property &property) {
    check_semantic_model(property);
    OtherResource other = start(state, property, ResourceType::semantic_model);
    const std::string model = text_member(property.entry, "model");
    Json ignored = Json::array();
    if (!model.empty()) depend_on(state, other, model, ignored);
    other.content["model"] = model;
    other.content["node_relation"] = nullptr;  // that of the model, which is known once all is parsed
    for (const char *key : {"label", "defaults", "primary_entity"}) other.content[key] = property.entry.value(key, Json());
    const Json config = other.content["config"];
    for (const char *key : {"entities", "measures", "dimensions"}) other.content[key] = semantic_elements(key, list_member(property.entry, key, property), config.value("meta", Json()));
    if (!property.entry.contains("description")) other.content["description"] = nullptr;
    other.content["group"] = config["group"];
    for (const Json &measure : list_member(property.entry, "measures", property))
        if (measure.is_object() && measure.value("create_metric", Json()) == true) read_metric(state, metric_of_measure(property, measure, other.content["config"]));
    add(state, std::move(other), property);
}

void read_saved_query(ParseState &state, const Property &property) {
    check_saved_query(property);
    OtherResource other = start(state, property, ResourceType::saved_query);
    set_tags_and_meta(other, property.entry);
    other.content["label"] = property.entry.value("label", Json());
    other.content.erase("meta");  // which dbt has in the config alone
    if (!property.entry.contains("description")) other.content["description"] = nullptr;
    other.content["query_params"] = saved_query_params(property.entry.value("query_params", Json::object()));
    other.content["exports"] = saved_query_exports(list_member(property.entry, "exports", property), other.content["config"], state.manifest.target);
    other.content["group"] = other.content["config"]["group"];
    add(state, std::move(other), property);
}

// Names of what a metric counts: measures, and other metrics.
void metric_inputs(const Json &value, const std::string &key, std::vector<std::string> &measures, std::vector<std::string> &metrics) {
    const auto name = [](const Json &item) { return item.is_object() ? text_member(item, "name") : python_text(item); };
    if (value.is_null()) return;
    if (key == "measure" || key == "base_measure" || key == "conversion_measure") measures.push_back(name(value));
    else if (key == "numerator" || key == "denominator") metrics.push_back(name(value));
    else if (key == "metrics" && value.is_array())
        for (const Json &item : value) metrics.push_back(name(item));
    else if (value.is_object())
        for (const auto &item : value.items())
            if (!item.value().is_null()) metric_inputs(item.value(), item.key(), measures, metrics);
}

bool has_measure(const OtherResource &model, const std::string &measure) {
    const Json &measures = model.content["measures"];
    return std::any_of(measures.begin(), measures.end(), [&](const Json &item) { return item.is_object() && text_member(item, "name") == measure; });
}

void depend_once(OtherResource &asker, const std::string &id) {
    std::vector<std::string> &nodes = asker.depends_on_nodes;
    if (std::find(nodes.begin(), nodes.end(), id) == nodes.end()) nodes.push_back(id);
}

void depend_on_measure(ParseState &state, OtherResource &metric, const std::string &measure) {
    const OtherResource *disabled = nullptr;
    for (const auto &[id, model] : state.manifest.others) {
        if (model.resource_type != ResourceType::semantic_model || !has_measure(model, measure)) continue;
        if (model.enabled) return depend_once(metric, id);
        disabled = &model;
    }
    if (disabled) fail("42704", "The measure `" + measure + "` is referenced on disabled semantic model `" + disabled->name + "`.", metric.original_file_path);
    fail("42704", "metric \"" + metric.name + "\" counts measure \"" + measure + "\", which no semantic model has", metric.original_file_path);
}

void depend_on_metric(ParseState &state, OtherResource &asker, const std::string &name) {
    for (const std::string &package : {state.manifest.project_name, asker.package_name}) {
        const auto metric = state.manifest.others.find("metric." + package + "." + name);
        if (metric == state.manifest.others.end()) continue;
        if (metric->second.enabled) return depend_once(asker, metric->first);
        fail("42704", "The metric `" + name + "` is disabled and thus cannot be referenced.", asker.original_file_path);
    }
    fail("42704", std::string(resource_type_name(asker.resource_type)) + " \"" + asker.name + "\" depends on a metric named '" + name + "' which was not found", asker.original_file_path);
}

void link_metrics(ParseState &state) {
    for (auto &[id, other] : state.manifest.others) {
        if (!other.enabled) continue;
        std::vector<std::string> measures, metrics;
        if (other.resource_type == ResourceType::metric) metric_inputs(other.content["type_params"], "", measures, metrics);
        if (other.resource_type == ResourceType::saved_query)
            for (const Json &metric : other.content["query_params"].value("metrics", Json::array())) metrics.push_back(python_text(metric));
        if (other.resource_type == ResourceType::exposure)
            for (const Json &metric : other.content["metrics"]) metrics.push_back(metric.back());
        for (const std::string &measure : measures) depend_on_measure(state, other, measure);
        for (const std::string &metric : metrics) depend_on_metric(state, other, metric);
    }
}

// {"name", "definition", "default", "description"} by name; the definitions are read where they are used.
void read_selectors(ParseState &state) {
    const auto file = state.files.find("selectors.yml");
    if (file == state.files.end()) return;
    YamlDocument document = read_yaml_file(file->second, "selectors.yml");
    if (document.value.is_null()) return;
    if (!document.value.is_object() || !document.value.value("selectors", Json()).is_array()) fail("22023", "selectors.yml holds no list \"selectors\"", "selectors.yml");
    BaseOptions options;
    options.settings = &state.settings;
    options.target = &state.manifest.target;
    YamlRenderer(make_base_context(options)).render_tree(document.value, [](const KeyPath &) { return true; }, "selectors.yml");
    for (const Json &selector : document.value["selectors"]) {
        if (!selector.is_object() || !selector.contains("name") || !selector.contains("definition")) fail("22023", "a selector has no name or no definition", "selectors.yml");
        const std::string name = python_text(selector["name"]);
        state.manifest.selectors[name] = {{"name", name}, {"definition", selector["definition"]}, {"default", selector.value("default", Json(false))},
                                          {"description", selector.value("description", Json())}};
    }
}

}  // namespace

void read_other_resources(ParseState &state) {
    for (const Property &property : state.properties) {
        if (property.key == "exposures") read_exposure(state, property);
        else if (property.key == "groups") read_group(state, property);
        else if (property.key == "semantic_models") read_semantic_model(state, property);
        else if (property.key == "metrics") read_metric(state, property);
        else if (property.key == "saved_queries") read_saved_query(state, property);
    }
    link_metrics(state);
    read_unit_tests(state);
    if (!state.part) read_selectors(state);
}

}  // namespace mesh::core::project
