#include "engine/runner.h"

#include <tuple>

#include "pg/lock.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

void Runner::remember() {
    std::vector<Staged *> published;
    for (const std::string &id : built_)
        if (steps_[size_at_[id]].status == "success") published.push_back(&stage_.at(id));
    ErrorData *error = pg::try_in_subtransaction([&] { unchanged_.remember(published, history_.run_id()); });
    for (const Staged *staged : published) mesh_.note_built(staged->model, staged->relkind.empty() ? relkind_for(staged->model.materialized) : staged->relkind);
    std::set<std::string> withheld;
    for (const auto &[id, at] : size_at_)
        if (steps_[at].status != "success" && steps_[at].status != "unchanged") withheld.insert(id);
    if (error == nullptr) error = pg::try_in_subtransaction([&] { tests_.remember(withheld); });
    if (error != nullptr) pg::warning("what was built could not be remembered, and will be built again", error->message == nullptr ? "" : error->message, "");
}

std::vector<Staged *> Runner::all_built() {
    std::vector<Staged *> out;
    for (const std::string &id : built_) out.push_back(&stage_.at(id));
    return out;
}

std::vector<Runner::Decision> Runner::decisions() {
    std::vector<Decision> out;
    for (const Staged *s : all_built()) out.push_back({s->how, s->recreate, s->reason});
    return out;
}

void Runner::decide(const std::vector<Decision> &decisions) {
    size_t i = 0;
    for (Staged *s : all_built()) std::tie(s->how, s->recreate, s->reason) = decisions[i++];
}

// A reader's snapshot that is taken meanwhile, as by one who waits behind the locks, would see half of the run: then what was exchanged is taken
// back, and all goes row by row. It is looked for once more when little is left to be done before the commit.
void Runner::publish_and_remember() {
    if (built_.empty() || !by_rows_.empty()) {  // nothing is exchanged beside what changes in place
        publish_built();
        return remember();
    }
    std::vector<Decision> before = decisions();
    std::vector<Step> steps = steps_;
    std::map<std::string, std::string> failed = failed_;
    ErrorData *error = pg::try_in_subtransaction([&] {
        publish_built();
        remember();
        require_no_older_snapshots(all_built());
    });
    if (error == nullptr) return;
    if (!met_older_) throw pg::ServerError{error};
    history_.forget_written();
    decide(before);
    steps_ = steps;
    failed_ = failed;
    by_rows_ = kOlderSnapshots;
    publish_built();
    remember();
}

void Runner::require_no_older_snapshots(const std::vector<Staged *> &staged) {
    if (!by_rows_.empty() || options_.publish_each || !could_be_torn(staged) || !pg::older_snapshots()) return;
    met_older_ = true;
    publishing_.clear();  // it is no model's fault
    throw Error("40001", kOlderSnapshots);
}

void Runner::publish_built() {
    std::vector<Staged *> all = all_built();
    unchanged_.look_before_publish(all);
    progress_.publish();
    if (!options_.publish_each) return publish_together(all);
    for (Staged *staged : all) {
        ErrorData *error = pg::try_in_subtransaction([&] { publish_and_note({staged}); });
        if (error == nullptr) continue;
        withdraw_one(staged->model.id(), error);
        (void)drop_stage(*staged);
    }
}

// What cannot be published is withheld with all that was built on it, and the others are tried without them.
void Runner::publish_together(std::vector<Staged *> all) {
    while (!all.empty()) {
        std::vector<Decision> decisions;
        for (const Staged *s : all) decisions.push_back({s->how, s->recreate, s->reason});
        ErrorData *error = pg::try_in_subtransaction([&] {
            write_history();  // while no reader has to wait for it
            publish_and_note(all);
        });
        if (error == nullptr) return;
        history_.forget_written();
        for (size_t i = 0; i < all.size(); i++) std::tie(all[i]->how, all[i]->recreate, all[i]->reason) = decisions[i];
        // Where somebody took away what the run was about to publish, or there is no room for its locks, all goes back to what it was.
        bool interfered = error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE || pg::lock_table_is_full(error);
        if (options_.atomic || publishing_.empty() || interfered) throw pg::ServerError{error};
        std::string culprit = publishing_;
        withhold(culprit, all, error);
    }
}

void Runner::withhold(const std::string &culprit, std::vector<Staged *> &all, ErrorData *error) {
    core::Graph::Ids below = selection_.graph.descendants(culprit);
    auto is_withheld = [&](const Staged *s) { return s->model.id() == culprit || below.count(s->model.id()) > 0; };
    for (auto s = all.rbegin(); s != all.rend(); ++s)
        if (is_withheld(*s) && !drop_stage(**s)) build_again(culprit, error);
    for (const Staged *s : all) {
        if (!is_withheld(s)) continue;
        withdraw_one(s->model.id(), error);
        if (s->model.id() == culprit) continue;
        Step &step = steps_[size_at_[s->model.id()]];
        step.status = "skipped";
        step.message.clear();
        step.error_kind.clear();
        step.reason = "upstream " + culprit + " could not be published";
    }
    std::erase_if(all, is_withheld);
}

// Something that has to be withheld was written in place: all is built once more without it.
void Runner::build_again(const std::string &culprit, ErrorData *error) {
    if (again_) throw pg::ServerError{error};
    withheld_.emplace(culprit, "not published: " + pg::error_text(error));
    again_ = true;
    throw Error("P0001", culprit + " could not be published");
}

// The publish may have found a reason of its own for how it was done.
void Runner::publish_and_note(const std::vector<Staged *> &staged) {
    publish(staged, by_rows_, publishing_);
    require_no_older_snapshots(staged);
    for (const Staged *s : staged) steps_[size_at_[s->model.id()]].reason = with_place(s->reason, s->model.id());
}

void Runner::withdraw_one(const std::string &id, const ErrorData *error) {
    failed_[id] = pg::error_text(error);
    steps_[size_at_[id]].status = "error";
    steps_[size_at_[id]].tell_error(error, "not published: ");
}

// Nothing of the run is published: what was built is rolled back. That there was no room for the locks is told once, and is no model's fault.
void Runner::withdraw(const ErrorData *error) {
    bool atomic = options_.atomic && !failed_.empty(), crowded = !atomic && pg::lock_table_is_full(error);
    std::string culprit = atomic ? first_failed_ : publishing_;
    if (crowded && culprit.empty() && !built_.empty()) culprit = built_.front();
    std::string why = atomic ? "atomic: " + culprit + " failed" : crowded ? "the server had no room for the run's locks" : culprit + " could not be published";
    for (const std::string &id : built_) {
        Step &step = steps_[size_at_[id]];
        bool at_fault = !atomic && (id == culprit || culprit.empty());
        step.status = at_fault ? "error" : "skipped";
        if (at_fault) step.tell_error(error, "not published: ");
        else step.reason = why + ", nothing was published";
    }
    if (!atomic) failed_[culprit] = pg::error_text(error);
}

}  // namespace mesh::engine
