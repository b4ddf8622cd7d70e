// adapter: dbt's database adapter as templates see it.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

class Relation;

using AdapterMethod = jinja::Value (*)(Session &session, jinja::Arguments &arguments);

struct AdapterEntry {
    const char *name;
    AdapterMethod body;
    enum class Parsing { same, none, list, no, text_and_table, two_nones } parsing = Parsing::same;  // what it gives while parsing
};

// Each group of methods is a file.
const std::vector<AdapterEntry> &adapter_relation_methods();
const std::vector<AdapterEntry> &adapter_column_methods();
const std::vector<AdapterEntry> &adapter_query_methods();
const std::vector<AdapterEntry> &adapter_render_methods();

// Where adapter.dispatch looks for a macro: by this name in that package, or (empty) wherever the template sees.
struct DispatchPlace {
    std::string package, name;
};

// Those for a name, in their order. `space`: nothing for a call without a namespace.
std::vector<DispatchPlace> dispatch_places(const Manifest &manifest, const std::optional<std::string> &space, const std::string &name);

// adapter.dispatch(name, namespace): the macro. Raises CompilationError naming what it looked for.
jinja::Value dispatch(Session &session, jinja::Arguments &arguments);

// The relation among the arguments; raises CompilationError when it is none.
const Relation &relation_argument(const char *method, const char *argument, const jinja::Value &value);

// The relation as the database has it, none when it is not there.
jinja::Value find_relation(Session &session, const std::string &database, const std::string &schema, const std::string &identifier);
std::vector<jinja::Value> columns_of(Session &session, const jinja::Value &relation);

}  // namespace mesh::core::project
