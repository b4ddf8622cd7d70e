// Reading a project anew where it changed: what dbt calls partial parsing.
//
// What is read again: the files that changed, the resources that they define or describe, and the tests of these. All else is taken as
// it was stored. A change that may reach further (a macro, a name, a model more or less, who may use it ...) is not read in part: the
// whole project is read then, and why is told. Either way the outcome is the same.
#pragma once

#include <functional>
#include <set>
#include <variant>

#include "core/project/store.h"

namespace mesh::core::project {

using Resources = std::map<std::string, std::string>;  // unique id -> its JSON, as stored

// By what a stored resource is found again.
struct ResourceKeys {
    std::string type;        // "model", "source" ...
    std::string name;        // as ref() says it; of a source "source.table"
    std::string path;        // of the file that defines it, as the caller of parse() knows it; of a node of another project: empty
    std::string patched_in;  // of the property file that describes it; empty: none
    std::vector<std::string> depends_on;  // unique ids
    bool operator==(const ResourceKeys &) const = default;
};

// Calls with the unique id and the keys of each resource that for_each_resource() knows.
void for_each_keys(const Manifest &manifest, const std::function<void(const std::string &, const ResourceKeys &)> &call);

// A project as it was stored, asked for what a partial parse needs of it and nothing more.
class Stored {
public:
    virtual ~Stored() = default;

    virtual Files files(const std::set<std::string> &paths) = 0;  // those of them that there are
    virtual Resources defined_in(const std::set<std::string> &paths) = 0;
    virtual Resources patched_in(const std::set<std::string> &paths) = 0;
    virtual Resources named(const std::set<std::string> &names) = 0;  // but for macros and docs
    virtual Resources of_type(const std::string &type) = 0;
};

// A project of which a part was read anew.
struct Part {
    Manifest manifest;        // all macros; of other resources those of the part, and those that they refer to
    Resources before, after;  // the part as it was stored and as it is now: what else there is stays
};

// Why the whole has to be read, as "macros/cents.sql is a macro file".
struct NotInPart {
    std::string reason;
};

// `head` is the stored head, `changed` the new texts of files that were there before; `settings` are those that the stored project was read
// with. Raises what parse() raises, though perhaps with fewer hints: who reads the whole after an error gets them all.
std::variant<Part, NotInPart> parse_part(Json head, const Files &changed, const Settings &settings, Stored &stored);

}  // namespace mesh::core::project
