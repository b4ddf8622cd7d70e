#include "core/project/store.h"

#include <utility>

#include "core/error.h"
#include "core/project/macro_finder.h"
#include "core/project/store_config.h"
#include "core/project/store_fields.h"

namespace mesh::core::project {

namespace {

[[noreturn]] void fail(const std::string &detail) {
    throw Error("XX001", "stored project is damaged", detail, "Deploy the project again.");
}

// --- writing

class Writer {
public:
    template <class T>
    void operator()(const char *key, const T &value, const std::type_identity_t<T> &standard) {
        if (!(value == standard)) put(key, encode(value));
    }

    void config(ResourceType type, const Json &config) {
        Json difference = config_difference(usual_config(type), config);
        if (difference.is_null())
            put("whole_config", config);
        else if (!difference.empty())
            put("config", std::move(difference));
    }

    template <class Shape>
    static Json encode(const Shape &shape) {
        Writer writer;
        fields(writer, shape);
        return std::move(writer.out_);
    }

private:
    static Json encode(const Json &value) { return value; }
    static Json encode(const std::string &value) { return value; }
    static Json encode(bool value) { return value; }
    static Json encode(unsigned value) { return value; }
    static Json encode(long value) { return value; }
    static Json encode(ResourceType value) { return resource_type_name(value); }
    static Json encode(const std::optional<TestMetadata> &value) { return encode(*value); }
    template <class T>
    static Json encode(const std::vector<T> &values) {
        Json list = Json::array();
        for (const T &value : values) list.push_back(encode(value));
        return list;
    }

    void put(const char *key, Json value) { out_.get_ref<Json::object_t &>().emplace_back(key, std::move(value)); }

    Json out_ = Json::object();
};

// --- reading

// Takes the members in the order they were written in; what is not next was left out.
class Reader {
public:
    explicit Reader(Json json) : json_(std::move(json)) {
        if (!json_.is_object()) fail("An object was expected.");
        next_ = json_.get_ref<Json::object_t &>().begin();
    }

    template <class T>
    void operator()(const char *key, T &value, std::type_identity_t<T> standard) {
        if (Json *found = take(key))
            decode(*found, value);
        else
            value = std::move(standard);
    }

    void config(ResourceType type, Json &config) {
        if (Json *whole = take("whole_config"))
            config = std::move(*whole);
        else if (Json *difference = take("config"))
            config = apply_difference(usual_config(type), std::move(*difference));
        else
            config = usual_config(type);
    }

    template <class Shape>
    static Shape decode(Json json) {
        Shape shape;
        Reader reader(std::move(json));
        fields(reader, shape);
        reader.finish();
        return shape;
    }

private:
    Json *take(const char *key) {
        if (next_ == json_.get_ref<Json::object_t &>().end() || next_->first != key) return nullptr;
        return &(next_++)->second;
    }

    void finish() {
        if (next_ != json_.get_ref<Json::object_t &>().end()) fail("Key \"" + next_->first + "\" is unknown or out of order.");
    }

    static void decode(Json &json, Json &value) { value = std::move(json); }
    static void decode(Json &json, std::string &value) { value = std::move(json.get_ref<std::string &>()); }
    static void decode(Json &json, bool &value) { value = json.get<bool>(); }
    static void decode(Json &json, unsigned &value) { value = json.get<unsigned>(); }
    static void decode(Json &json, long &value) { value = json.get<long>(); }
    static void decode(Json &json, ResourceType &value) {
        const auto type = resource_type_of(json.get_ref<std::string &>());
        if (!type) fail("Resource type \"" + json.get<std::string>() + "\" is unknown.");
        value = *type;
    }
    static void decode(Json &json, std::optional<TestMetadata> &value) { value = decode<TestMetadata>(std::move(json)); }
    template <class T>
    static void decode(Json &json, std::vector<T> &values) {
        auto &list = json.get_ref<Json::array_t &>();
        values.resize(list.size());
        for (std::size_t i = 0; i < list.size(); i++) decode(list[i], values[i]);
    }
    template <class Shape>
    requires std::is_class_v<Shape> static void decode(Json &json, Shape &value) { value = decode<Shape>(std::move(json)); }

    Json json_;
    Json::object_t::iterator next_;
};

// nlohmann's exceptions are of no use to a user.
template <class Shape>
Shape read(Json json) {
    try {
        return Reader::decode<Shape>(std::move(json));
    } catch (const Json::exception &error) {
        fail(error.what());
    }
}

// {"node": {...}}: what kind of piece it is, around it.
Json wrapped(const char *kind, Json piece) {
    Json out = Json::object();
    out.get_ref<Json::object_t &>().emplace_back(kind, std::move(piece));
    return out;
}

// A key of an object that is given away.
Json take_member(Json &object, const char *key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end()) fail("Key \"" + std::string(key) + "\" is missing.");
    return std::move(*found);
}

}  // namespace

Json node_to_json(const Node &node) { return Writer::encode(node); }
Node node_from_json(Json json) { return read<Node>(std::move(json)); }
Json source_to_json(const Source &source) { return Writer::encode(source); }
Source source_from_json(Json json) { return read<Source>(std::move(json)); }
Json macro_to_json(const MacroInfo &macro) { return Writer::encode(macro); }
MacroInfo macro_from_json(Json json) { return read<MacroInfo>(std::move(json)); }
Json doc_to_json(const Doc &doc) { return Writer::encode(doc); }
Doc doc_from_json(Json json) { return read<Doc>(std::move(json)); }
Json resource_to_json(const OtherResource &resource) { return Writer::encode(resource); }
OtherResource resource_from_json(Json json) { return read<OtherResource>(std::move(json)); }
Json head_to_json(const Manifest &manifest) { return Writer::encode(manifest); }
Manifest manifest_from_head(Json json) { return read<Manifest>(std::move(json)); }

std::string StoredIds::of_disabled(const std::string &unique_id) {
    std::string id = unique_id;
    while (manifest_.nodes.contains(id) || manifest_.sources.contains(id) || !disabled_.insert(id).second) id += " (disabled)";
    return id;
}

void for_each_resource(const Manifest &manifest, const std::function<void(const std::string &, Json)> &call) {
    for (const auto &[id, node] : manifest.nodes) call(id, wrapped("node", node_to_json(node)));
    for (const auto &[id, source] : manifest.sources) call(id, wrapped("source", source_to_json(source)));
    for (const auto &[id, macro] : manifest.macros)
        if (!MacroFinder::built_in(macro.package_name)) call(id, wrapped("macro", macro_to_json(macro)));
    for (const auto &[id, doc] : manifest.docs) call(id, wrapped("doc", doc_to_json(doc)));
    for (const auto &[id, other] : manifest.others) call(id, wrapped("other", resource_to_json(other)));
    StoredIds ids(manifest);
    for (const auto &node : manifest.disabled) call(ids.of_disabled(node.unique_id), wrapped("disabled_node", node_to_json(node)));
    for (const auto &source : manifest.disabled_sources) call(ids.of_disabled(source.unique_id), wrapped("disabled_source", source_to_json(source)));
}

void add_resource(Manifest &manifest, Json json) {
    auto *members = json.get_ptr<Json::object_t *>();
    if (!members || members->size() != 1) fail("A resource of no kind.");
    auto &[kind, piece] = members->front();
    const auto keep = [](auto &map, auto resource) {
        std::string id = resource.unique_id;
        map.emplace_hint(map.end(), std::move(id), std::move(resource));
    };
    if (kind == "node") return keep(manifest.nodes, node_from_json(std::move(piece)));
    if (kind == "source") return keep(manifest.sources, source_from_json(std::move(piece)));
    if (kind == "macro") return keep(manifest.macros, macro_from_json(std::move(piece)));
    if (kind == "doc") return keep(manifest.docs, doc_from_json(std::move(piece)));
    if (kind == "other") return keep(manifest.others, resource_from_json(std::move(piece)));
    if (kind == "disabled_node") return manifest.disabled.push_back(node_from_json(std::move(piece)));
    if (kind == "disabled_source") return manifest.disabled_sources.push_back(source_from_json(std::move(piece)));
    fail("A resource of kind \"" + kind + "\".");
}

Json manifest_to_store(const Manifest &manifest) {
    Json resources = Json::array();
    for_each_resource(manifest, [&](const std::string &, Json json) { resources.push_back(std::move(json)); });
    Json out = Json::object();
    out["head"] = head_to_json(manifest);
    out["resources"] = std::move(resources);
    return out;
}

Manifest manifest_from_store(Json json) {
    Manifest manifest = manifest_from_head(take_member(json, "head"));
    Json resources = take_member(json, "resources");
    if (!resources.is_array()) fail("The resources are no list.");
    for (auto &resource : resources) add_resource(manifest, std::move(resource));
    return manifest;
}

Manifest manifest_from_text(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) fail("It is not JSON.");
    return manifest_from_store(std::move(json));
}

}  // namespace mesh::core::project
