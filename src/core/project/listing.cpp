#include "core/project/listing.h"

#include <algorithm>

#include "core/error.h"
#include "core/project/manifest_json.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

// --- json

// As Python writes it: a space after colons and commas, and nothing but ASCII.
void write(std::string &out, const Json &value) {
    if (!value.is_structured()) {
        out += value.dump(-1, ' ', true, Json::error_handler_t::replace);
        return;
    }
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto &[key, item] : value.items()) {
        if (!first) out += ", ";
        first = false;
        if (value.is_object()) out += Json(key).dump(-1, ' ', true, Json::error_handler_t::replace) + ": ";
        write(out, item);
    }
    out += value.is_object() ? '}' : ']';
}

// "config.meta.owner" goes down from key to key; nullptr where there is no such value.
const Json *nested(const Json &object, const std::string &path) {
    const Json *value = &object;
    for (std::size_t from = 0; from != std::string::npos;) {
        const auto dot = path.find('.', from);
        const auto found = value->is_object() ? value->find(path.substr(from, dot - from)) : value->end();
        if (!value->is_object() || found == value->end()) return nullptr;
        value = &*found;
        from = dot == std::string::npos ? dot : dot + 1;
    }
    return value;
}

Json usual_keys(const Json &resource) {
    static const std::vector<std::string> keys = {"alias",  "name",          "package_name", "depends_on",         "tags",
                                                  "config", "resource_type", "source_name",  "original_file_path", "unique_id"};
    Json object = Json::object();
    for (const auto &[key, value] : resource.items())
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) object[key] = value;
    return object;
}

Json chosen_keys(const Json &resource, const std::vector<std::string> &keys) {
    Json object = Json::object();
    for (const auto &key : keys) {
        const Json *value = nested(resource, key);
        if (value && (key.find('.') == std::string::npos || !value->is_null())) object[key] = *value;
    }
    return object;
}

std::string json_line(const Json &resource, const std::vector<std::string> &keys) {
    std::string line;
    write(line, keys.empty() ? usual_keys(resource) : chosen_keys(resource, keys));
    return line;
}

// --- selectors and names

std::string joined(const std::vector<std::string> &parts) {
    std::string text;
    for (const auto &part : parts) text += (text.empty() ? "" : ".") + part;
    return text;
}

std::string selector(const Node &node) {
    return joined(node.fqn);
}

std::string selector(const Source &source) {
    return "source:" + joined({source.package_name, source.source_name, source.name});
}

std::string selector(const OtherResource &resource) {
    std::string name = resource.name;
    if (resource.resource_type == ResourceType::unit_test)
        if (const std::string version = version_text(resource.content.value("version", Json())); !version.empty()) name += "_v" + version;
    return std::string(resource_type_name(resource.resource_type)) + ":" + resource.package_name + "." + name;
}

std::string name(const Node &node) {
    return node.version.empty() ? node.name : node.name + ".v" + node.version;
}

std::string name(const Source &source) {
    return source.source_name + "." + source.name;
}

std::string name(const OtherResource &resource) {
    return resource.name;
}

template <class Resource>
std::string line(const Resource &resource, ListOutput output, const std::vector<std::string> &keys) {
    switch (output) {
        case ListOutput::selector: return selector(resource);
        case ListOutput::name: return name(resource);
        case ListOutput::path: return resource.original_file_path;
        case ListOutput::json: return json_line(manifest_json(resource), keys);
    }
    return "";
}

}  // namespace

ListOutput list_output_of(const std::string &name) {
    if (name == "selector") return ListOutput::selector;
    if (name == "name") return ListOutput::name;
    if (name == "path") return ListOutput::path;
    if (name == "json") return ListOutput::json;
    throw Error("22023", "invalid output \"" + name + "\"", "", "Outputs are \"selector\", \"name\", \"path\" and \"json\".");
}

std::vector<std::string> list_lines(const Manifest &manifest, std::vector<std::string> ids, ListOutput output,
                                    const std::vector<std::string> &output_keys) {
    std::sort(ids.begin(), ids.end());
    std::vector<std::string> lines;
    const auto add = [&](const auto &resources, const std::string &id) {
        if (const auto found = resources.find(id); found != resources.end()) lines.push_back(line(found->second, output, output_keys));
    };
    for (const auto &id : ids) {
        add(manifest.nodes, id);
        add(manifest.sources, id);
        add(manifest.others, id);
    }
    return lines;
}

}  // namespace mesh::core::project
