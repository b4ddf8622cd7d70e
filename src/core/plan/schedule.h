// The order in which steps are begun when several are done at once: the one first that most is waiting for.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace mesh::core {

// Steps are known by their number. What `next` returns was never returned before, and all that it waits for is finished.
class Schedule {
public:
    struct Step {
        std::vector<std::size_t> before;  // steps that must be finished first; each has a smaller number
        double weight = 1;                // how long it takes, in any unit that all share
    };

    // Throws std::invalid_argument when a step waits for itself or a later one.
    explicit Schedule(const std::vector<Step> &steps);

    // Of the steps that can begin, the one with the longest way from its begin to the end of all that waits for it; the smallest
    // number where these are equal. Nothing when none can begin now.
    std::optional<std::size_t> next();

    // Tells that a step is over, however it ended. Each step once, and only one that `next` returned.
    void finish(std::size_t step);

    // Is every step finished?
    bool is_done() const { return left_ == 0; }

    // From the begin of this step to the end of all that waits for it, when nothing else keeps it.
    double way(std::size_t step) const { return way_[step]; }

private:
    std::vector<std::vector<std::size_t>> after_;
    std::vector<std::size_t> waits_for_;  // how many
    std::vector<double> way_;
    std::set<std::pair<double, std::size_t>> ready_;  // by the negative of the way
    std::size_t left_;
};

}  // namespace mesh::core
