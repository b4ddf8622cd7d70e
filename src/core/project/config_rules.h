// What configs hold, and how one that is nearer goes over one that is farther.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// dbt's config of the type, when nobody configured anything; every key is there.
const Json &default_config(ResourceType type);

// Puts a layer over a config: tags, hooks and packages are added, meta, quoting, column_types, docs and contract are updated key by key, of
// grants the keys with + are added to, everything else replaces. Other spellings (pre_hook, dbname) are those of the key.
void merge_config(Json &config, const Json &layer, ResourceType type);

// Puts a further config() call of a file over those before it.
void merge_config_call(Json &calls, const Json &call);

// "dbname" -> "database", "pre_hook" -> "pre-hook".
std::string config_key(const std::string &key);

// Brings values into dbt's form (hooks as mappings, contract, docs, store_failures ...). Raises Error 22023 for values that cannot be.
void finish_config(Json &config, ResourceType type, const std::string &file);

// Mappings key by key; of lists the nearer comes first.
Json deep_merge(Json base, const Json &over);

// A value as a list: lists as they are, others as its only item.
Json as_list(const Json &value);

}  // namespace mesh::core::project
