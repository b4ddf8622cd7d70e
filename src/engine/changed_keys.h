// Rebuilding the rows of changed keys, and writing where they differ.
#pragma once

#include "engine/build.h"
#include "engine/change_log.h"

namespace mesh::engine {

// Up to this many changed keys are rebuilt one by one whatever the size of the table; of more, when the table has kRowsPerKey times as many
// rows: one row that is looked up costs as much as some that are read one after the other; more than kMostKeys never.
inline constexpr uint64_t kFewKeys = 100, kRowsPerKey = 20;

struct KeyChange {
    const pg::KeyedInput *input;
    LoggedKeys keys;
};

// Rebuilds the rows of these keys by `sql` and writes into the target what differs; returns "". Or does nothing, and returns why it
// would not be cheaper than to build all. With the owner's rights, on the active snapshot.
std::string apply_changes(Staged &staged, const std::string &sql, const std::vector<KeyChange> &changes);

}  // namespace mesh::engine
