// How fresh sources are: what was promised about them, and looking.
#pragma once

#include "engine/project.h"

namespace mesh::engine {

struct Freshness {
    Value loaded_at;                 // a column or an expression of the source's tables
    Value warn_after, error_after;   // intervals, as text
};

// Reads loaded_at => and freshness => ({"warn_after": "12 hours"} or dbt's {"warn_after": {"count": 12, "period": "hour"}}). Raises 22023
// for what it does not know, 22007 for what is no interval.
Freshness parse_freshness(const Value &loaded_at, const Value &freshness);

// Raises, as the domain's owner sees it, when loaded_at cannot be computed over the table, and 42804 when it is neither a date nor a
// timestamp.
void check_loaded_at(const Domain &domain, const std::string &schema, const std::string &table, const std::string &loaded_at);

struct SourceAge {
    std::string domain, source, table;
    Value max_loaded_at, snapshotted_at, age;
    std::string status;  // pass, warn, error, runtime error
    std::string message;
    double seconds = 0;  // that looking took
    std::string unique_id;  // dbt's, of a project's source
    std::string error_kind = "";  // of a runtime error, as a step's
};

// Looks at the sources that the selector names, or ("") at all of the domains that the caller may run, with the rights of the
// domains' owners, and records what it found. A source that cannot be read has its status. Raises as select_nodes does.
std::vector<SourceAge> source_freshness(Mesh &mesh, const std::string &selector, Oid caller);

// The same of these sources of a dbt project (unique ids), by the project's macros; one that says nothing by which to tell is an error.
std::vector<SourceAge> source_freshness(Mesh &mesh, Project &project, const std::vector<std::string> &unique_ids, Oid caller);

}  // namespace mesh::engine
