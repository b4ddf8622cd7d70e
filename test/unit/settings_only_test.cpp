// What is known of the server's functions, and words that name a moment.
#include "core/plan/settings_only.h"

#include <gtest/gtest.h>

namespace mesh::core::plan {
namespace {

TEST(SettingsOnly, KnownOnesAndOthers) {
    // The first and the last of the list, which has to be sorted, and some between.
    for (const char *name : {"anytextcat", "concat", "date_trunc", "format", "jsonb_agg", "timestamptz_pl_interval", "to_char", "websearch_to_tsquery"})
        EXPECT_TRUE(depends_on_settings_only(name)) << name;
    for (const char *name : {"now", "age", "current_setting", "current_schemas", "random", "txid_current", "to_regclass", "", "zzz"})
        EXPECT_FALSE(depends_on_settings_only(name)) << name;
}

TEST(SettingsOnly, TimeFromText) {
    EXPECT_TRUE(reads_time_from_text("timestamptz_in"));
    EXPECT_TRUE(reads_time_from_text("date_in"));
    EXPECT_FALSE(reads_time_from_text("interval_in"));
    EXPECT_FALSE(depends_on_settings_only("date_in"));
}

TEST(SettingsOnly, MomentsAreWholeWords) {
    for (const char *text : {"now", "NOW", " today ", "tomorrow 12:00", "2024-01-01 yesterday", "now()"}) EXPECT_TRUE(names_the_moment(text)) << text;
    for (const char *text : {"", "known", "nowhere", "2024-01-01", "todays", "infinity", "epoch"}) EXPECT_FALSE(names_the_moment(text)) << text;
}

}  // namespace
}  // namespace mesh::core::plan
