// The batches of microbatch models.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/batches.h"

namespace mesh::core::project {
namespace {

Node model(const std::string &size, const std::string &begin, Json lookback = 1) {
    Node node;
    node.config = {{"materialized", "incremental"}, {"incremental_strategy", "microbatch"}, {"batch_size", size}, {"begin", begin}, {"lookback", lookback}};
    return node;
}

// 2024-03-05 06:07:08 UTC
constexpr double now = 1709618828;

std::string starts(const Node &node, const BatchTimes &times) {
    std::string text;
    for (const BatchRange &batch : batches_of(node, times)) text += (text.empty() ? "" : " ") + batch_name(node.config["batch_size"], batch);
    return text;
}

TEST(ProjectBatches, AFirstRunBeginsWhereTheModelDoes) {
    EXPECT_EQ(starts(model("day", "2024-03-03"), {"", "", now, false}), "2024-03-03 2024-03-04 2024-03-05");
    EXPECT_EQ(starts(model("month", "2023-12-20T10:00:00"), {"", "", now, false}), "2023-12 2024-01 2024-02 2024-03");
    EXPECT_EQ(starts(model("year", "2023-06-01"), {"", "", now, false}), "2023 2024");
    const auto batches = batches_of(model("hour", "2024-03-05 05:30"), {"", "", now, false});
    ASSERT_EQ(batches.size(), 2u);
    EXPECT_EQ(batches[1], (BatchRange{"2024-03-05 06:00:00+00:00", "2024-03-05 07:00:00+00:00"}));
}

TEST(ProjectBatches, LaterRunsLookBack) {
    EXPECT_EQ(starts(model("day", "2024-01-01"), {"", "", now, true}), "2024-03-04 2024-03-05");
    EXPECT_EQ(starts(model("day", "2024-01-01", 3), {"", "", now, true}), "2024-03-02 2024-03-03 2024-03-04 2024-03-05");
    EXPECT_EQ(starts(model("month", "2020-01-01", 2), {"", "", now, true}), "2024-01 2024-02 2024-03");
    EXPECT_EQ(starts(model("day", "2024-01-01", nullptr), {"", "", now, true}), "2024-03-04 2024-03-05");
}

TEST(ProjectBatches, AGivenRangeComesFirst) {
    EXPECT_EQ(starts(model("day", "2024-01-01"), {"2024-02-28", "2024-03-01", now, true}), "2024-02-28 2024-02-29");
    EXPECT_EQ(starts(model("day", "2024-01-01"), {"2024-02-28 12:00:00", "2024-03-01T00:00:01", now, false}), "2024-02-28 2024-02-29 2024-03-01");
    EXPECT_THROW(batches_of(model("day", "2024-01-01"), {"yesterday", "2024-03-01", now, true}), Error);
}

TEST(ProjectBatches, Names) {
    const BatchRange batch = batch_from_text("2024-03-05T06:00:00Z", "2024-03-05T08:00:00+01:00");
    EXPECT_EQ(batch, (BatchRange{"2024-03-05 06:00:00+00:00", "2024-03-05 07:00:00+00:00"}));
    EXPECT_EQ(batch_name("hour", batch), "2024-03-05T06");
    EXPECT_EQ(batch_id("hour", batch), "20240305T06");
    EXPECT_EQ(iso_time(batch.start), "2024-03-05T06:00:00+00:00");
}

TEST(ProjectBatches, Samples) {
    EXPECT_EQ(sample_window("3 days", now), (Json{{"start", "2024-03-02 06:07:08+00:00"}, {"end", "2024-03-05 06:07:08+00:00"}}));
    EXPECT_EQ(sample_window("1 year", now)["start"], "2023-03-05 06:07:08+00:00");
    EXPECT_EQ(sample_window("{'start': '2024-01-01', 'end': '2024-02-01'}", now)["end"], "2024-02-01 00:00:00+00:00");
    EXPECT_THROW(sample_window("3 fortnights", now), Error);
    EXPECT_THROW(sample_window("days", now), Error);
}

}  // namespace
}  // namespace mesh::core::project
