// Which types of resource a command works on.
#include <algorithm>

#include "core/error.h"
#include "core/near.h"
#include "core/project/select.h"

namespace mesh::core::project {

namespace {

using Types = std::vector<std::string>;

struct Command {
    Types all, usual;  // what --resource-type may name, and what is meant without it
    bool may_choose = true;
};

const Types kListed = {"model",  "snapshot",    "seed",           "test",     "source",   "exposure",
                       "metric", "saved_query", "semantic_model", "unit_test", "function"};

Command command_of(const std::string &name) {
    const auto fixed = [](const Types &types) { return Command{types, types, false}; };
    const auto free = [](const Types &types) { return Command{types, types}; };
    if (name == "run") return fixed({"model"});
    if (name == "seed") return fixed({"seed"});
    if (name == "snapshot") return fixed({"snapshot"});
    if (name == "source freshness") return fixed({"source"});
    if (name == "test") return free({"test", "unit_test"});
    if (name == "clone") return free({"model", "seed", "snapshot"});
    if (name == "build") return free({"model", "snapshot", "seed", "test", "unit_test", "saved_query", "exposure", "function"});
    if (name == "list") {
        Command list = free(kListed);
        list.all.push_back("analysis");
        return list;
    }
    return fixed({"model", "test", "snapshot", "analysis", "operation", "seed", "function"});
}

void check_type(const std::string &name) {
    static const Types known = {"model",  "snapshot",    "seed",           "test",      "source",   "exposure", "analysis",
                                "metric", "saved_query", "semantic_model", "unit_test", "function", "all",      "default"};
    if (std::find(known.begin(), known.end(), name) == known.end())
        throw Error("22023", "invalid resource type \"" + name + "\"", "", name_hint(name, known));
}

}  // namespace

std::vector<std::string> selectable_types(const SelectOptions &options) {
    const Command command = command_of(options.command);
    if (!command.may_choose) return command.usual;
    Types types = options.resource_types.empty() ? command.usual : Types();
    for (const auto &name : options.resource_types) {
        check_type(name);
        const Types &meant = name == "all" ? command.all : name == "default" ? command.usual : Types{name};
        types.insert(types.end(), meant.begin(), meant.end());
    }
    for (const auto &name : options.exclude_resource_types) {
        check_type(name);
        std::erase(types, name);
    }
    if (options.command != "list") std::erase_if(types, [&](const auto &type) { return std::find(command.all.begin(), command.all.end(), type) == command.all.end(); });
    return types;
}

}  // namespace mesh::core::project
