// What tells a table's rows from those that they shall be, as SQL: by a key, or as whole rows. The table's rows go by a name, the others by "s".
#pragma once

#include <cstdint>

#include "engine/build.h"

namespace mesh::engine {

struct RowDifference {
    Staged *staged;
    std::vector<std::string> key;
    std::string table;  // the name by which the table's rows go
    uint64_t deleted = 0, updated = 0, inserted = 0;

    std::string columns(const std::string &prefix = "") const { return column_list(staged->columns, prefix); }

    // Is it the row of the same key?
    std::string same_key() const;

    // By the bytes of their values, with "*=" or "*<>": 1.0 is not 1.00, and every type has them.
    std::string compared(const char *op) const;

    // SET's list that makes the table's row the other.
    std::string assignments() const;

    // Rows of the FROM item as texts mesh_row, which say all of a row as in a dump: `more` of each, and as mesh_n how many of that text came
    // before it; and how often each is there.
    std::string numbered(const std::string &from, const std::string &more) const;
    std::string counted(const std::string &from) const;

    // For the step's reason.
    std::string counts() const;
};

// Until the transaction ends. The texts of rows are compared: they must not depend on the session.
void plain_texts();

}  // namespace mesh::engine
