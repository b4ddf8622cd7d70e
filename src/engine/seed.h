// Seeds: tables whose rows come from a CSV text.
#pragma once

#include "engine/compile.h"

namespace mesh::engine {

inline bool is_seed(const Model &model) {
    return model.materialized == "seed";
}

// A seed is kept out of the mesh's memory: its text is fetched where it is needed.
std::string seed_text(const Model &model);

// What stands for the text where it has to be compared.
std::string seed_fingerprint(const Model &model);

// Its columns, as dbt finds them: types by what all cells of a column are, or by config column_types. Raises 22P04, with its line, for
// a broken row, and what the server says of a type.
std::vector<pg::Column> seed_columns(const Domain &domain, const Model &model);

// Writes the rows into `relation`, frozen, and returns their number. A value that does not fit names its line and column.
uint64_t fill_seed(const Model &model, Oid relation, Oid constraints_of, bool decoded);

}  // namespace mesh::engine
