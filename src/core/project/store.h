// A parsed project kept in the registry: one piece of JSON a resource, and everything back from them.
//
// The pieces leave out what is as usual and keep the order of keys, which is part of them: keep them as text or json, not as jsonb.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/project/manifest.h"

namespace mesh::core::project {

// A resource and back. The readers take the JSON apart when it is given away. They raise Error XX001 when it is none of these.
Json node_to_json(const Node &node);
Node node_from_json(Json json);
Json source_to_json(const Source &source);
Source source_from_json(Json json);
Json macro_to_json(const MacroInfo &macro);
MacroInfo macro_from_json(Json json);
Json doc_to_json(const Doc &doc);
Doc doc_from_json(Json json);
Json resource_to_json(const OtherResource &resource);
OtherResource resource_from_json(Json json);

// What a manifest has besides its resources: packages, target, hooks of the run, selectors, metadata, warnings.
Json head_to_json(const Manifest &manifest);
Manifest manifest_from_head(Json json);

// What resources are stored by: their unique ids, and where a disabled one has the id of another, that with an addition.
class StoredIds {
public:
    explicit StoredIds(const Manifest &manifest) : manifest_(manifest) {}
    std::string of_disabled(const std::string &unique_id);

private:
    const Manifest &manifest_;
    std::set<std::string> disabled_;
};

// Calls with each resource, disabled ones too, what it is stored by and its JSON. Built-in macros are the program's and not stored.
void for_each_resource(const Manifest &manifest, const std::function<void(const std::string &, Json)> &call);

// Puts one such piece where it belongs: a run loads the resources it needs and no others.
void add_resource(Manifest &manifest, Json json);

// The whole in one piece: {"head": ..., "resources": [...]}.
Json manifest_to_store(const Manifest &manifest);
Manifest manifest_from_store(Json json);
Manifest manifest_from_text(std::string_view text);

}  // namespace mesh::core::project
