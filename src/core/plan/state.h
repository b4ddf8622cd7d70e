// What a model was built from, and whether that is still so: fingerprints and states of relations, compared without a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mesh::core::plan {

// A relation at one moment, so that a later look can prove that its rows are the same. See docs/unchanged.md for the proof.
struct RelationState {
    std::string schema, name;
    std::string identity;            // digest of what it is and where its rows are; a view's: of its definition
    std::string shape;               // digest of its columns and indexes
    std::string unknown;             // why no later look can tell; then the rest is empty
    uint32_t blocks = 0;
    uint64_t log = 0;                // everything that is written to it is later in the log; 0: that is not known
    std::optional<uint64_t> rows;    // that were visible, when every one of them was written by a transaction before `horizon` or by one of `writers`
    uint64_t horizon = 0;
    std::vector<uint64_t> writers;
    std::string full_name() const { return schema + "." + name; }
    bool operator==(const RelationState &) const = default;
};

// What a model was built from.
struct BuildState {
    std::string definition;      // fingerprint of the query
    std::string configuration;   // fingerprint of the settings that affect the result
    std::string depends;         // on what else: s session settings, v variables, f functions that users made
    std::string circumstances;   // fingerprint of those
    std::string never;           // why it must not be skipped, whatever has changed
    bool settled = true;         // building it again from the same would change nothing
    uint64_t log = 0;            // position in the log when the catalogs were looked at
    int64_t run_id = 0;
    std::string built_at;
    RelationState own;           // what was built; no name: nothing is stored
    std::vector<RelationState> inputs;
};

// As text for the registry, and back; nothing when it is no such text.
std::string to_text(const BuildState &state);
std::optional<BuildState> state_from_text(const std::string &text);

// What a relation's rows are, compared with a state.
enum class Rows {
    same,
    same_with_effort,  // proven the long way: it pays to remember a newer state
    reshaped,       // its rows are the same, and its columns or indexes are not
    changed,
    replaced,       // it is another relation, or was rewritten
    gone,
    locked,         // another session is changing its definition
    unknown,
};

// Looks at relations for the judge; the engine asks the server, tests make it up.
class Eyes {
public:
    virtual ~Eyes() = default;
    virtual Rows look(const RelationState &then) = 0;
};

// What is known of a model now.
struct Present {
    std::string definition, configuration, circumstances, never;
    bool exists = false;               // is there anything built?
    std::string rebuilt_upstream;      // something it reads that this run builds anew; empty: nothing
};

enum class Change { created, changed, stale, unchanged };
std::string_view change_name(Change change);  // new, changed, stale, unchanged

struct Verdict {
    Change change = Change::unchanged;
    std::string reason;
    bool by_hand = false;     // somebody changed what was built
    bool look_again = false;  // unchanged, and a newer state of what it reads is worth remembering
};

inline constexpr const char *kDefinitionChanged = "definition changed";

// Is what was built still what would be built? Never says unchanged when it cannot know.
Verdict judge(const std::optional<BuildState> &then, const Present &now, Eyes &eyes);

}  // namespace mesh::core::plan
