// The states of relations in one run: taken when something was built from them, compared when it might be built again.
#pragma once

#include "core/plan/state.h"
#include "engine/session.h"
#include "engine/target.h"
#include "pg/facts.h"
#include "pg/storage.h"

namespace mesh::engine {

namespace planning = core::plan;

// What a state depends on besides relations, gathered from the views that it reads through.
struct Reading {
    bool counts = true;  // rows, to tell newer pages with the same rows from others: reads each table once
    std::vector<planning::RelationState> relations;
    std::set<Oid> seen;
    std::string never, depends;
    void add_dependency(char what);
};

class RelationStates : public planning::Eyes {
public:
    explicit RelationStates(const Baseline &baseline) : baseline_(baseline) {}

    planning::Rows look(const planning::RelationState &then) override;

    // The relation and all that is read through it (partitions, children, what views read), as the run's snapshot sees it. `reader`: with
    // whose rights.
    void read(Oid relation, Oid reader, Reading &into);

    // One relation, as the run's snapshot with this transaction's own changes sees it. `counts`: see Reading.
    planning::RelationState state(Oid relation, bool counts = true);

    // A table that this run has filled and nobody else can have written to; `rows`: as it was filled, when nothing changed them since.
    planning::RelationState filled(Oid relation, const std::optional<uint64_t> &rows);

    // A scan has counted all its rows on the way, as pg::count_rows() does with own changes: they need not be counted again.
    void scanned(Oid relation, const pg::Counted &rows) { scanned_.insert_or_assign(relation, rows); }

    // From here on the relation is what this run has published. Its former contents, read through something that the run has not built, are
    // no state to compare with.
    void published(Oid relation) {
        published_.insert(relation);
        looks_.clear();
        states_.erase(relation);
        uncounted_.erase(relation);
        scanned_.erase(relation);
    }
    // Hooks and functions may have written to any relation after it was read: what this transaction wrote counts as a change.
    void others_wrote() {
        others_wrote_ = true;
        looks_.clear();
        scanned_.clear();
    }
    bool is_published(Oid relation) const { return published_.count(relation) > 0; }

private:
    planning::RelationState take(Oid relation, bool counts);
    std::optional<pg::Counted> count(Oid relation);
    std::optional<pg::Counted> lasting(const std::optional<pg::Counted> &counted) const;
    planning::Rows look_now(const planning::RelationState &then);
    bool same_count(Oid relation, const planning::RelationState &then);

    const Baseline &baseline_;
    const uint64_t first_ = pg::next_transaction();  // before what the run writes
    std::map<std::string, planning::Rows> looks_;  // by all of the state: many models read one relation
    std::map<Oid, planning::RelationState> states_, uncounted_;
    std::map<Oid, pg::Counted> scanned_;
    std::map<Oid, std::vector<Oid>> parts_;
    std::map<Oid, pg::SqlFacts> views_;
    std::set<Oid> published_;
    bool others_wrote_ = false;
};

// The fingerprint of what a state depends on besides relations: of the settings, variables and functions that `depends` names.
class Circumstances {
public:
    const std::string &of(const std::string &depends);

private:
    std::map<std::string, std::string> known_;
};

}  // namespace mesh::engine
