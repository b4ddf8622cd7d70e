// Pieces that several kinds of resource in a manifest are made of.
#pragma once

#include <string_view>

#include "core/project/manifest.h"

namespace mesh::core::project {

// Adds members in order without looking for earlier ones of the same name.
class ObjectBuilder {
public:
    // With room for so many members, or those of a node: an ordered object that grows copies what it has, with all that is in it.
    explicit ObjectBuilder(size_t room = 48) { members().reserve(room); }

    ObjectBuilder &operator()(const char *key, Json value) {
        members().emplace_back(key, std::move(value));
        return *this;
    }
    // Replaces members of the same names and adds the others.
    ObjectBuilder &overlay(const Json &further) {
        for (const auto &[key, value] : further.items()) json_[key] = value;
        return *this;
    }
    Json take() { return std::move(json_); }

private:
    Json::object_t &members() { return json_.get_ref<Json::object_t &>(); }
    Json json_ = Json::object();
};

// null for an empty text.
Json text_or_null(const std::string &text);

// Whatever the order of their members: a state may come through jsonb, which sorts them.
bool same_json(const Json &a, const Json &b);

// 2, 1.5, "beta", or null for none: a version as YAML has it.
Json version_json(const std::string &version);
std::string version_text(const Json &version);

Json refs_json(const std::vector<Ref> &refs);
std::vector<Ref> refs_from(const Json &json);

// {"id": {"name": "id", ...}}, constraints with all their keys.
Json columns_json(const std::vector<ColumnInfo> &columns);
std::vector<ColumnInfo> columns_from(const Json &json);

Json depends_on_json(const std::vector<std::string> &macros, const std::vector<std::string> &nodes);

// The member, or `otherwise` where it is missing or null.
Json member_or(const Json &object, const char *key, Json otherwise);
std::string text_of(const Json &object, const char *key);
std::vector<std::string> texts_of(const Json &object, const char *key);

}  // namespace mesh::core::project
