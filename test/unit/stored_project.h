// A project stored in memory, as the registry stores it.
#pragma once

#include "core/project/parse.h"
#include "core/project/part.h"

namespace sample {

using namespace mesh::core::project;

class StoredInMemory : public Stored {
public:
    StoredInMemory(const Files &files, const Manifest &manifest) : head(head_to_json(manifest)), all(files) {
        for_each_resource(manifest, [&](const std::string &id, Json json) { resources[id] = json.dump(); });
        for_each_keys(manifest, [&](const std::string &id, const ResourceKeys &of) { keys[id] = of; });
    }

    Files files(const std::set<std::string> &paths) override {
        Files found;
        for (const std::string &path : paths)
            if (const auto file = all.find(path); file != all.end()) found.insert(*file);
        return found;
    }
    Resources defined_in(const std::set<std::string> &paths) override {
        return where([&](const ResourceKeys &of) { return paths.contains(of.path); });
    }
    Resources patched_in(const std::set<std::string> &paths) override {
        return where([&](const ResourceKeys &of) { return paths.contains(of.patched_in); });
    }
    Resources named(const std::set<std::string> &names) override {
        return where([&](const ResourceKeys &of) { return names.contains(of.name) && of.type != "macro" && of.type != "doc"; });
    }
    Resources of_type(const std::string &type) override {
        return where([&](const ResourceKeys &of) { return of.type == type; });
    }

    Json head;
    Files all;
    Resources resources;
    std::map<std::string, ResourceKeys> keys;

private:
    template <class Condition>
    Resources where(Condition condition) const {
        Resources found;
        for (const auto &[id, of] : keys)
            if (condition(of)) found[id] = resources.at(id);
        return found;
    }
};

}  // namespace sample
