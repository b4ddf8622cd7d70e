#include "engine/deploy_changed.h"

#include <algorithm>

namespace mesh::engine {

bool Changed::is_changed(const std::string &id) const {
    auto old = read_.before.find(id), now = read_.after.find(id);
    return now != read_.after.end() && (old == read_.before.end() || old->second != now->second);
}

bool Changed::any_macro_changed(const std::vector<std::string> &macros) {
    if (!do_macros_differ()) return false;
    return std::ranges::any_of(macros, [&](const std::string &id) {
        auto macro = manifest_.macros.find(id);
        return macro != manifest_.macros.end() && is_macro_changed(macro->second);
    });
}

// Known from the start, as macros may call one another in circles. Where a macro is gone, a built-in one may call another in its place.
bool Changed::is_macro_changed(const project::MacroInfo &macro) {
    auto [known, fresh] = known_.try_emplace(macro.unique_id, is_macro_gone_ && project::MacroFinder::built_in(macro.package_name));
    if (fresh && (is_changed(macro.unique_id) || any_macro_changed(dependencies_.of(macro)))) known->second = true;
    return known->second;
}

bool Changed::do_macros_differ() {
    if (!macros_differ_) {
        auto is_macro = [](const auto &resource) { return resource.first.starts_with("macro."); };
        is_macro_gone_ = std::ranges::any_of(read_.before, [&](const auto &old) { return is_macro(old) && !read_.after.count(old.first); });
        macros_differ_ = is_macro_gone_ || std::ranges::any_of(read_.after, [&](const auto &now) { return is_macro(now) && is_changed(now.first); });
    }
    return *macros_differ_;
}

}  // namespace mesh::engine
