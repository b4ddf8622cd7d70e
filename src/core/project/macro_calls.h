// Which macros a macro calls, read from its text: what depends_on says, and by what state:modified knows of macros behind others.
#pragma once

#include <memory>
#include <optional>

#include "core/project/macro_finder.h"

namespace mesh::core::project {

// name(...) or package.name(...); a dispatched one means the macro that is found in the namespace, which is its package.
struct MacroCall {
    std::string package, name;
    bool is_dispatched = false, has_namespace = false;

    std::optional<std::string> space() const { return has_namespace ? std::optional(package) : std::nullopt; }
};

using MacroCalls = std::vector<MacroCall>;

// As they are written in one of the program's own macros: read once.
const MacroCalls &builtin_calls(const MacroInfo &macro);

// Those of a project's macros are read with the project. What the built-in ones call is read when it is asked for, which few commands do; it
// is not the same for each project: where they dispatch, a project may have macros of its own.
class MacroDependencies {
public:
    // The manifest must outlive it and keep its macros.
    explicit MacroDependencies(const Manifest &manifest) : manifest_(manifest) {}

    // Unique ids, in the order of the calls.
    const std::vector<std::string> &of(const MacroInfo &macro);

private:
    const Manifest &manifest_;
    std::unique_ptr<MacroFinder> macros_;
    std::map<std::string, std::vector<std::string>> built_in_;
};

}  // namespace mesh::core::project
