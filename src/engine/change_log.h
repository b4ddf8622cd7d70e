// Logs of changed keys: tables that triggers fill, one for each input table and key, whoever reads it.
#pragma once

#include "engine/mesh.h"
#include "pg/keyed.h"

namespace mesh::engine {

// One input of a model that keeps itself up to date, as the registry has it.
struct FollowedInput {
    std::string log;       // of its changed keys
    std::string state;     // what would show that changes may have passed unseen; see log_state
    std::string relation;  // as schema.name, with quotes
    std::string columns;   // what is logged
};

// How long to wait for the lock that a trigger needs.
enum class Patience { none, some };

// The log of this input, made with its triggers when there is none. Raises 42501 when the owner may not have triggers on the table,
// 55P03 when the table could not be locked.
std::string provide_log(const Domain &domain, const pg::KeyedInput &input, Patience patience);

// The log of this input when there is one whose triggers are all in force; else empty.
std::string find_log(const pg::KeyedInput &input);

// A digest of everything about a table that could let changes pass by its log: its storage, its columns and its triggers, each with
// the transaction that made it so. As the active snapshot and this transaction see it, or with `now` as it is. Empty: the
// triggers of the log are not all in force.
std::string log_state(Oid relation, const std::string &log, bool now);

// What was seen of the changes: the active snapshot as text, in which this transaction itself counts as running, for it may write more; and
// of this transaction what it wrote before the command.
struct Position {
    std::string snapshot, xid, command;
};
Position current_position();

// May rows be missing in the log that a reader at this position has not seen?
bool has_hole(const std::string &log, const Position &position);

// More keys than this, or more bytes of keys, are not read one by one.
inline constexpr uint64_t kMostKeys = 200000, kMostKeyBytes = 64 << 20;

// The keys that were logged since, as the active snapshot and this transaction see them: an array of each column of the log, in the
// order of `columns`, as text.
struct LoggedKeys {
    bool whole = false;             // everything may have changed
    uint64_t count = 0, bytes = 0;  // of distinct keys
    std::vector<std::string> arrays;
    bool is_read() const { return !whole && count <= kMostKeys && bytes <= kMostKeyBytes; }
};
LoggedKeys read_log(const std::string &log, size_t columns, const Position &position);

// Removes what all readers have seen, unless another session is just doing that.
void trim_log(const std::string &log);

// Removes logs that no model reads any more, with their triggers. What is in use stays for the next time.
void drop_unread_logs(Patience patience);

}  // namespace mesh::engine
