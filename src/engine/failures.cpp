// The failing rows of tests, kept so that they can be looked at afterwards.
#include <algorithm>

#include "engine/check.h"

namespace mesh::engine {

constexpr size_t kRowsPerInsert = 1000;

void record_failures(int64_t run_id, const TestResult &result) {
    const std::vector<std::string> &rows = result.failed_rows;
    for (size_t first = 0; first < rows.size(); first += kRowsPerInsert) {
        std::string list;
        for (size_t i = first; i < std::min(rows.size(), first + kRowsPerInsert); i++) list += (list.empty() ? "[" : ",") + rows[i];
        registry("insert into mesh.failure_history (run_id, domain, test, failed)"
                 " select $1::bigint, $2, $3, value from pg_catalog.jsonb_array_elements($4::jsonb) with ordinality order by ordinality",
                 {std::to_string(run_id), result.def.domain, result.def.name, list + "]"});
    }
}

}  // namespace mesh::engine
