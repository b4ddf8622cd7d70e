#include "core/plan/schedule.h"

#include <algorithm>
#include <stdexcept>

namespace mesh::core {

Schedule::Schedule(const std::vector<Step> &steps) : after_(steps.size()), waits_for_(steps.size()), way_(steps.size()), left_(steps.size()) {
    for (std::size_t i = 0; i < steps.size(); i++) {
        std::set<std::size_t> before(steps[i].before.begin(), steps[i].before.end());
        if (!before.empty() && *before.rbegin() >= i) throw std::invalid_argument("a step waits for itself or a later one");
        waits_for_[i] = before.size();
        for (std::size_t other : before) after_[other].push_back(i);
    }
    for (std::size_t i = steps.size(); i-- > 0;) {
        for (std::size_t later : after_[i]) way_[i] = std::max(way_[i], way_[later]);
        way_[i] += std::max(steps[i].weight, 0.0);
    }
    for (std::size_t i = 0; i < steps.size(); i++)
        if (waits_for_[i] == 0) ready_.emplace(-way_[i], i);
}

std::optional<std::size_t> Schedule::next() {
    if (ready_.empty()) return std::nullopt;
    std::size_t step = ready_.begin()->second;
    ready_.erase(ready_.begin());
    return step;
}

void Schedule::finish(std::size_t step) {
    left_--;
    for (std::size_t later : after_[step])
        if (--waits_for_[later] == 0) ready_.emplace(-way_[later], later);
}

}  // namespace mesh::core
