// Names to resources, as ref() and source() look them up.
#pragma once

#include <unordered_map>

#include "core/project/manifest.h"

namespace mesh::core::project {

class RefLookup {
public:
    // As the manifest is now, and the rest of the project when that is a part; they must outlive the lookup and keep their nodes and sources.
    explicit RefLookup(const Manifest &manifest, const Manifest *rest = nullptr);

    struct Found {
        const Node *node = nullptr;  // enabled
        bool disabled = false;       // there is one, and it is disabled
    };

    // Of a named package only there; else in the root project, the asking package (before it, if the project says so) and anywhere. Raises Error 42725 when several
    // packages have the name and nothing decides.
    Found ref(const Ref &ref, const std::string &package) const;

    // A function, by the same rules; of several packages that have one any.
    Found function(const std::vector<std::string> &call, const std::string &package) const;

    struct FoundSource {
        const Source *source = nullptr;
        bool disabled = false;
    };
    FoundSource source(const std::string &source, const std::string &table, const std::string &package) const;

    // The node of a name in exactly this package, enabled or not; null: none.
    const Node *in_package(const std::string &name, const std::string &version, const std::string &package, bool also_disabled) const;

    // Names that ref() and source() know, for hints; with a package only its own.
    std::vector<std::string> ref_names(const std::string &package = "") const;
    std::vector<std::string> source_names() const;
    std::vector<std::string> function_names() const;

private:
    template <class T>
    using Table = std::unordered_map<std::string, std::vector<const T *>>;

    void add(const Manifest &manifest);
    std::vector<std::string> packages(const std::string &package) const;

    const Manifest &manifest_;
    const bool own_package_first_;
    Table<Node> nodes_, disabled_, functions_, disabled_functions_;
    Table<Source> sources_, disabled_sources_;
};

}  // namespace mesh::core::project
