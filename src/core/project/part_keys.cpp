// By what resources are found again, without reading them.
#include "core/project/macro_finder.h"
#include "core/project/part.h"
#include "core/project/store.h"

namespace mesh::core::project {

namespace {

class Keys {
public:
    explicit Keys(const Manifest &manifest) {
        for (const Package &package : manifest.packages) roots_[package.name] = package.root;
    }

    ResourceKeys of(const Node &node) const {
        return {resource_type_name(node.resource_type), node.name, node.package_root + node.original_file_path, place_of(node.patch_path), node.depends_on_nodes};
    }
    ResourceKeys of(const Source &source) const {
        return {"source", source.source_name + "." + source.name, path(source.package_name, source.original_file_path), "", {}};
    }
    ResourceKeys of(const MacroInfo &macro) const {
        const auto patch = macro.extra.find("patch_path");
        return {"macro", macro.name, path(macro.package_name, macro.original_file_path),
                patch == macro.extra.end() || !patch->is_string() ? "" : place_of(patch->get<std::string>()), {}};
    }
    ResourceKeys of(const Doc &doc) const { return {"doc", doc.name, path(doc.package_name, doc.original_file_path), "", {}}; }
    ResourceKeys of(const OtherResource &other) const {
        return {resource_type_name(other.resource_type), other.name, path(other.package_name, other.original_file_path), "", other.depends_on_nodes};
    }

private:
    std::string path(const std::string &package, const std::string &file) const {
        const auto root = roots_.find(package);
        return (root == roots_.end() ? "" : root->second) + file;
    }

    // "shop://models/schema.yml"
    std::string place_of(const std::string &file_id) const {
        const std::size_t end = file_id.find("://");
        return end == std::string::npos ? "" : path(file_id.substr(0, end), file_id.substr(end + 3));
    }

    std::map<std::string, std::string> roots_;  // of packages
};

}  // namespace

void for_each_keys(const Manifest &manifest, const std::function<void(const std::string &, const ResourceKeys &)> &call) {
    const Keys keys(manifest);
    for (const auto &[id, node] : manifest.nodes) call(id, keys.of(node));
    for (const auto &[id, source] : manifest.sources) call(id, keys.of(source));
    for (const auto &[id, macro] : manifest.macros)
        if (!MacroFinder::built_in(macro.package_name)) call(id, keys.of(macro));
    for (const auto &[id, doc] : manifest.docs) call(id, keys.of(doc));
    for (const auto &[id, other] : manifest.others) call(id, keys.of(other));
    StoredIds ids(manifest);
    for (const Node &node : manifest.disabled) call(ids.of_disabled(node.unique_id), keys.of(node));
    for (const Source &source : manifest.disabled_sources) call(ids.of_disabled(source.unique_id), keys.of(source));
}

}  // namespace mesh::core::project
