// Which models of a run need not be built, and why the others do.
#pragma once

#include "engine/build.h"
#include "engine/relation_states.h"
#include "engine/selection.h"

namespace mesh::engine {

class Unchanged {
public:
    // `force`: everything is built. The arguments must outlive it.
    Unchanged(Mesh &mesh, const Selection &selection, const Baseline &baseline, bool force);

    // What a run finds about the model before it would build it. Its upstreams of the run must have been noted. Raises nothing.
    planning::Verdict judge(const Model &model, bool exists);

    // This run leaves the model as it is, or builds it: `columns` are the only ones whose values can be others than before.
    void keep(const Model &model, const planning::Verdict &verdict);
    void built(const std::string &id, const std::optional<std::set<std::string>> &columns = std::nullopt);

    // Of a model that was built: the columns whose values can be others than before, because nothing but its definition changed; nothing: all.
    std::optional<std::set<std::string>> changed_columns(const Model &model, const std::string &final_sql, const planning::Verdict &verdict);

    // Are the rows that are read from it in this run the former ones?
    bool is_clean(const std::string &id) const { return !built_.count(id); }
    bool is_kept(const std::string &id) const { return kept_.count(id) > 0; }
    void forget();

    // Takes the states of what these were built from, as far as the publish does not change it: reading them takes time.
    void look_before_publish(const std::vector<Staged *> &staged);

    // After the publish: remembers what was built from what, for the next run.
    void remember(const std::vector<Staged *> &staged, int64_t run_id);

    // For tests: the states of what a query reads, and what it depends on.
    RelationStates &states() { return states_; }
    Circumstances &circumstances() { return circumstances_; }

private:
    planning::Verdict judge_known(const Model &model, bool exists);
    std::string definition(const Model &model, int depth = 0);
    std::string configuration(const Model &model);
    std::string never(const Model &model, int depth = 0);
    std::string depends(const Model &model, int depth = 0);
    std::string rebuilt_upstream(const Model &model, int depth = 0);
    const std::vector<const Model *> &parents(const Model &model);
    bool crosses_domains(const Model &model);
    bool resolves_to(const Model &model, const planning::BuildState &state);
    bool analyzes_to_the_same(const Model &model);
    bool may_read_all(const Model &model, const planning::BuildState &state);

    void read_upstreams(const Model &model, const Compiled &compiled, bool before, Reading &into, int depth = 0);
    planning::RelationState own_state(const Staged &staged);
    planning::RelationState rebuilt_by_keys(const Staged &staged, Oid oid);
    planning::BuildState state_of(Staged &staged, int64_t run_id);
    std::optional<planning::BuildState> refreshed(const Model &model, planning::BuildState state);
    void store(const std::vector<std::pair<const Model *, planning::BuildState>> &states);

    Mesh &mesh_;
    const Selection &selection_;
    bool force_;
    RelationStates states_;
    Circumstances circumstances_;
    uint64_t now_;                    // position in the log when the run began
    std::optional<uint64_t> functions_log_;
    std::map<std::pair<std::string, std::string>, std::vector<const Model *>> parents_;  // by id and fingerprint
    std::map<std::string, std::optional<std::set<std::string>>> built_;  // model id -> columns; nothing: all
    struct Kept {
        const Model *model;
        bool look_again;
    };
    std::map<std::string, Kept> kept_;
    std::map<std::string, Compiled> analyzed_anew_;  // what the registry does not know yet
    std::set<std::string> staged_;
};

// Columns whose values are the same in both queries over the same rows; all others may differ. Nothing when there may be other rows. Both
// are over published names.
std::optional<std::set<std::string>> unaffected_columns(const Domain &domain, const std::string &before, const std::string &after);

}  // namespace mesh::engine
