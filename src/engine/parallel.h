// Steps of a run side by side in workers: which is begun when and where, and what is done when a worker is lost.
#pragma once

#include <deque>

#include "core/plan/schedule.h"
#include "engine/selection.h"
#include "engine/task.h"
#include "pg/crew.h"

namespace mesh::engine {

// What a run does with its steps. They are known by their place in its order.
class Steps {
public:
    enum class Begun { finished, task, itself };
    virtual ~Steps() = default;

    // All that the step waits for is over. finished: there was nothing to build. task: `task` is for a worker. itself: the run
    // has to build it itself, see build_itself().
    virtual Begun begin(size_t step, Task &task) = 0;

    // Builds and tests it in the run's own transaction. `why`: it was meant for a worker; empty: it never was.
    virtual void build_itself(size_t step, const std::string &why) = 0;

    // A worker has done what it was given.
    virtual void take(Report report) = 0;
};

// Can so many workers be expected to save time? Where it is not known of every model how long it took last time, views are taken for
// light and all else for alike: then what does not wait for one another has to be worth it.
bool is_worth_sharing(const Selection &selection, int workers);

class Parallel {
public:
    // `seconds`: how long each step took last time, where that is known.
    Parallel(pg::Crew &crew, int64_t run_id, const Selection &selection, Steps &steps);

    // Returns when all steps are over.
    void run();

private:
    struct Hand {
        std::deque<Task> given;     // in the order in which it does them
        std::string outbox;         // the last of these, when it has not been sent yet
        bool is_lost = false;
    };
    struct Own {
        size_t step;
        std::string why;
    };

    bool begin_steps();
    bool begin_step();
    bool hand_out();
    bool share_out();
    bool collect();
    bool build_own();
    void watch();
    int free_hand() const;
    double load(const Hand &hand) const;
    double expected(size_t step) const;
    void give(int worker, Task task);
    void returned(int worker, Report report);
    void lost(int worker);

    pg::Crew &crew_;
    int64_t run_id_;
    std::vector<std::optional<double>> known_;  // seconds of the last time
    core::Schedule schedule_;
    Steps &steps_;
    std::vector<Hand> hands_;
    std::deque<Task> waiting_;      // for a worker
    std::deque<Own> own_;           // for the run itself
    std::set<size_t> deadlocked_;
    std::string why_lost_;          // every worker
    uint32_t offers_ = 0;
    size_t done_ = 0;
    double spent_ = 0;
};

// How many models of the selection could at most be built at once is not asked here; a run of one model has nothing to share.
// What each waits for: in the selection's order, the places of the models that it, or a test of it, reads.
std::vector<std::vector<size_t>> steps_before(const Selection &selection);

// Seconds of each node's last good step, where there is one.
std::vector<std::optional<double>> last_durations(const std::vector<std::string> &nodes);

}  // namespace mesh::engine
