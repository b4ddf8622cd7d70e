#include "core/plan/schedule.h"

#include <gtest/gtest.h>

#include <queue>
#include <stdexcept>

using mesh::core::Schedule;

namespace {

using Steps = std::vector<Schedule::Step>;
using Order = std::vector<std::size_t>;

// All that can begin now.
Order begin_all(Schedule &schedule) {
    Order out;
    while (auto step = schedule.next()) out.push_back(*step);
    return out;
}

// How long `workers` of them take, each doing one step after the other.
double duration(const Steps &steps, std::size_t workers) {
    Schedule schedule(steps);
    std::priority_queue<std::pair<double, std::size_t>, std::vector<std::pair<double, std::size_t>>, std::greater<>> running;
    double now = 0;
    while (!schedule.is_done()) {
        while (running.size() < workers) {
            auto step = schedule.next();
            if (!step) break;
            running.emplace(now + steps[*step].weight, *step);
        }
        auto [end, step] = running.top();
        running.pop();
        now = end;
        schedule.finish(step);
    }
    return now;
}

}  // namespace

TEST(Schedule, NothingToDo) {
    Schedule schedule(Steps{});
    EXPECT_TRUE(schedule.is_done());
    EXPECT_FALSE(schedule.next());
}

TEST(Schedule, EqualStepsGoByNumber) {
    Schedule schedule(Steps(3));
    EXPECT_EQ(begin_all(schedule), (Order{0, 1, 2}));
}

TEST(Schedule, TheLongestWayFirst) {
    // 1 is short, but 2 and 3 wait for it, one after the other.
    Schedule schedule({{{}, 2}, {{}, 0.5}, {{1}, 1}, {{2}, 1}});
    EXPECT_DOUBLE_EQ(schedule.way(1), 2.5);
    EXPECT_EQ(begin_all(schedule), (Order{1, 0}));
}

TEST(Schedule, WaitsForAllThatIsBefore) {
    Schedule schedule({{{}, 1}, {{}, 1}, {{0, 1}, 1}, {{0}, 1}});
    EXPECT_EQ(begin_all(schedule), (Order{0, 1}));
    schedule.finish(0);
    EXPECT_EQ(begin_all(schedule), (Order{3}));
    schedule.finish(1);
    EXPECT_EQ(begin_all(schedule), (Order{2}));
    schedule.finish(3);
    EXPECT_FALSE(schedule.is_done());
    schedule.finish(2);
    EXPECT_TRUE(schedule.is_done());
}

TEST(Schedule, OneThatIsNamedTwiceCountsOnce) {
    Schedule schedule({{{}, 1}, {{0, 0}, 1}});
    EXPECT_EQ(begin_all(schedule), (Order{0}));
    schedule.finish(0);
    EXPECT_EQ(begin_all(schedule), (Order{1}));
}

TEST(Schedule, ALaterStepCannotComeBefore) {
    EXPECT_THROW(Schedule({{{1}, 1}, {{}, 1}}), std::invalid_argument);
    EXPECT_THROW(Schedule({{{0}, 1}}), std::invalid_argument);
}

TEST(Schedule, NegativeWeightsCountAsNothing) {
    Schedule schedule({{{}, -5}, {{0}, 3}});
    EXPECT_DOUBLE_EQ(schedule.way(0), 3);
}

TEST(Schedule, TheCriticalPathDecidesHowLongItTakes) {
    // A chain of five behind one of many short ones: begun last, it would come on top of all the others.
    Steps steps;
    for (int i = 0; i < 10; i++) steps.push_back({{}, 1});
    std::size_t last = 9;
    for (int i = 0; i < 5; i++) {
        steps.push_back({{last}, 1});
        last = steps.size() - 1;
    }
    EXPECT_DOUBLE_EQ(duration(steps, 1), 15);
    EXPECT_DOUBLE_EQ(duration(steps, 2), 8);
    EXPECT_DOUBLE_EQ(duration(steps, 20), 6);
}
