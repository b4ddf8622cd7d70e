// Zones of pytz in templates: a datetime keeps the offset that it once got of its zone.
#include "core/project/python_datetime.h"
#include "render_or_error.h"

namespace mesh::core::project {
namespace {

// The text that an expression over `datetime`, `pytz` and `la`, the zone of Los Angeles, renders to; or what it raises.
std::string rendered(const std::string &expression) {
    return render_or_error({{"datetime", make_datetime_module()}, {"pytz", make_pytz_module()}}, "{% set la = pytz.timezone('America/Los_Angeles') %}{{ " + expression + " }}");
}

TEST(Pytz, AsAnArgumentIsLocalMeanTime) {
    EXPECT_EQ(rendered("datetime.datetime(1997, 9, 29, 6, 14, tzinfo=la)"), "1997-09-29 06:14:00-07:53");
    EXPECT_EQ(rendered("datetime.datetime(1997, 9, 29).replace(tzinfo=la).strftime('%z %Z')"), "-0753 LMT");
    EXPECT_EQ(rendered("datetime.datetime(1997, 9, 29, tzinfo=pytz.utc)"), "1997-09-29 00:00:00+00:00");
}

TEST(Pytz, LocalizeAsksTheRules) {
    EXPECT_EQ(rendered("la.localize(datetime.datetime(1997, 9, 29)).strftime('%z %Z')"), "-0700 PDT");
    EXPECT_EQ(rendered("la.localize(datetime.datetime(1997, 12, 29)).strftime('%z %Z')"), "-0800 PST");
    EXPECT_EQ(rendered("la.localize(datetime.datetime(1997, 9, 29)).tzinfo"), "America/Los_Angeles");
    EXPECT_EQ(rendered("la.localize(datetime.datetime(1997, 9, 29)).tzinfo.localize(datetime.datetime(1997, 12, 29))"), "1997-12-29 00:00:00-08:00");
}

TEST(Pytz, LengthsAndMomentsHaveBounds) {
    EXPECT_EQ(rendered("datetime.timedelta(days=999999999) * 999999999"), "days out of range");
    EXPECT_EQ(rendered("(datetime.timedelta(days=92000000) + datetime.timedelta(days=92000000)).days"), "days out of range");
    EXPECT_EQ(rendered("datetime.datetime(9999, 12, 31) + datetime.timedelta(days=92000000)"), "date value out of range");
    EXPECT_EQ(rendered("datetime.datetime.fromtimestamp(9223372036854775807)"), "year 294247 is out of range");
    EXPECT_EQ(rendered("datetime.timedelta(days=92000000) / datetime.timedelta(days=-46000000)"), "-2.0");
}

TEST(Pytz, ArithmeticKeepsTheOffsetUntilNormalized) {
    const std::string later = "(la.localize(datetime.datetime(1997, 9, 29)) + datetime.timedelta(days=90))";
    EXPECT_EQ(rendered(later), "1997-12-28 00:00:00-07:00");
    EXPECT_EQ(rendered("la.normalize(" + later + ")"), "1997-12-27 23:00:00-08:00");
    EXPECT_EQ(rendered("datetime.datetime(1997, 12, 28, tzinfo=pytz.utc).astimezone(la)"), "1997-12-27 16:00:00-08:00");
}

}  // namespace
}  // namespace mesh::core::project
