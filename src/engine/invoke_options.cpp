#include "engine/invoke_options.h"

#include <algorithm>

namespace mesh::engine {

using core::Error;
using project::BatchRange;
using project::Manifest;

namespace {

bool is_set(const project::Json &options, const char *name) {
    auto found = options.find(name);
    return found != options.end() && *found == true;
}

void check_range(const std::string &start, const std::string &end) {
    if (start.empty() && end.empty()) return;
    if (start.empty() || end.empty())
        throw Error("22023", std::string("When specifying `--event-time-") + (start.empty() ? "end" : "start") + "`, `--event-time-" + (start.empty() ? "start" : "end") + "` must also be present.", "",
                    "Give both: batches from the one to the other are built.");
    BatchRange range = project::batch_from_text(start, end);
    if (range.start >= range.end) throw Error("22023", "Value for `--event-time-start` must be less than `--event-time-end`");
}

std::vector<BatchRange> ranges(const project::Json &results, const char *kind) {
    std::vector<BatchRange> out;
    for (const project::Json &range : results.value(kind, project::Json::array())) {
        if (!range.is_array() || range.size() != 2 || !range[0].is_string() || !range[1].is_string())
            throw Error("22023", "option \"batches\" must hold batch_results", "Not a range: " + range.dump() + ".");
        out.push_back(project::batch_from_text(range[0], range[1]));
    }
    return out;
}

std::optional<Manifest> manifest_of(const project::Json &options, const char *name) {
    const project::Json *given = option(options, name);
    if (given == nullptr) return std::nullopt;
    project::Json manifest = given->is_string() ? project::Json::parse(given->get<std::string>(), nullptr, false) : *given;
    if (manifest.is_discarded()) throw Error("22023", std::string("option \"") + name + "\" is not valid JSON", "", "Give the text of a manifest.json.");
    return project::manifest_from_manifest_json(manifest);
}

std::optional<std::map<std::string, std::string>> texts_by_id(const project::Json &options, const char *name) {
    if (option(options, name) == nullptr) return std::nullopt;
    std::map<std::string, std::string> texts;
    const project::Json given = object(options, name);
    for (const auto &[id, value] : given.items()) texts[id] = value.is_string() ? value.get<std::string>() : "";
    return texts;
}

bool lists(const project::Json &names, const std::string &event) {
    if (names.is_string()) return names == "all" || names == "*" || names == event;
    return names.is_array() && std::find(names.begin(), names.end(), event) != names.end();
}

}  // namespace

const project::Json *option(const project::Json &options, const char *name) {
    auto found = options.find(name);
    return found == options.end() || found->is_null() ? nullptr : &*found;
}

bool flag(const project::Json &options, const char *name, bool otherwise) {
    const project::Json *value = option(options, name);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) throw Error("22023", std::string("option \"") + name + "\" must be true or false");
    return value->get<bool>();
}

std::string text(const project::Json &options, const char *name) {
    const project::Json *value = option(options, name);
    if (value == nullptr) return "";
    if (!value->is_string()) throw Error("22023", std::string("option \"") + name + "\" must be a text");
    return value->get<std::string>();
}

std::vector<std::string> words(const project::Json &options, const char *name) {
    std::vector<std::string> out;
    const project::Json *value = option(options, name);
    if (value == nullptr) return out;
    if (value->is_string()) return {value->get<std::string>()};
    if (!value->is_array()) throw Error("22023", std::string("option \"") + name + "\" must be a text or a list of texts");
    for (const project::Json &word : *value) out.push_back(word.get<std::string>());
    return out;
}

project::Json object(const project::Json &options, const char *name) {
    const project::Json *value = option(options, name);
    if (value == nullptr) return project::Json::object();
    if (!value->is_object()) throw Error("22023", std::string("option \"") + name + "\" must be an object");
    return *value;
}

BatchOptions batch_options(const project::Json &options) {
    BatchOptions out{text(options, "event_time_start"), text(options, "event_time_end"), {}, {}};
    check_range(out.event_time_start, out.event_time_end);
    const project::Json again = options.value("batches", project::Json::object());
    for (const auto &[id, results] : again.items()) {
        out.again[id] = ranges(results, "failed");
        out.done[id] = ranges(results, "successful");
    }
    return out;
}

bool is_error(const project::Json &options, const std::string &event) {
    if (is_set(options, "warn_error")) return true;
    const project::Json chosen = options.value("warn_error_options", project::Json::object());
    if (!chosen.is_object()) throw Error("22023", "option \"warn_error_options\" must be an object");
    const auto any = [&](std::initializer_list<const char *> keys) { return std::any_of(keys.begin(), keys.end(), [&](const char *key) { return lists(chosen.value(key, project::Json()), event); }); };
    return any({"error", "include"}) && !any({"warn", "exclude", "silence"});
}

States states_of(const project::Json &options) {
    return {manifest_of(options, "state"), manifest_of(options, "defer_state")};
}

project::PreviousState previous_state(const project::Json &options, const States &states) {
    project::PreviousState previous;
    if (states.compared) previous.manifest = &*states.compared;
    previous.results = texts_by_id(options, "state_results");
    previous.sources = texts_by_id(options, "state_sources");
    previous.current_sources = texts_by_id(options, "current_sources");
    return previous;
}

project::Deferral deferral_of(const project::Json &options, const Manifest &manifest, const States &states) {
    if (!is_set(options, "defer")) return {};
    if (!states.deferred()) throw Error("22023", "option \"defer\" needs a \"state\"", "", "Give the manifest that another deployment of the project was run with: mesh.manifest() there.");
    return project::deferral(manifest, *states.deferred(), is_set(options, "favor_state"));
}

}  // namespace mesh::engine
