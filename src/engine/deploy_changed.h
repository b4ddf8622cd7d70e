// Which resources of a project are other ones than those that were deployed.
#pragma once

#include "core/project/macro_calls.h"
#include "engine/deploy_read.h"

namespace mesh::engine {

class Changed {
public:
    // The project that was read must outlive it, and its manifest, which is given, as well.
    Changed(const ReadProject &read, const project::Manifest &manifest) : read_(read), manifest_(manifest), dependencies_(manifest) {}

    // Built-in macros never are: another version of mesh reads every project anew.
    bool is_changed(const std::string &id) const;
    // Is one of these macros another one than before, or does one call such?
    bool any_macro_changed(const std::vector<std::string> &macros);

private:
    bool do_macros_differ();
    bool is_macro_changed(const project::MacroInfo &macro);

    const ReadProject &read_;
    const project::Manifest &manifest_;
    project::MacroDependencies dependencies_;
    std::map<std::string, bool> known_;    // of macros that were looked at
    std::optional<bool> macros_differ_;    // does any, once that was asked
    bool is_macro_gone_ = false;
};

}  // namespace mesh::engine
