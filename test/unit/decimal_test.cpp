// Python's Decimal as templates use it.
#include "core/project/decimal.h"
#include "render_or_error.h"

namespace mesh::core::project {
namespace {

// The text that an expression over `d`, a Decimal, renders to; or what it raises.
std::string rendered(const std::string &decimal, const std::string &expression) {
    return render_or_error({{"d", *Decimal::parse(decimal)}}, "{{ " + expression + " }}");
}

TEST(Decimal, RoundsHalfToEven) {
    EXPECT_EQ(rendered("2.5", "d | round"), "2");
    EXPECT_EQ(rendered("3.5", "d | round"), "4");
    EXPECT_EQ(rendered("-2.5", "d | round"), "-2");
    EXPECT_EQ(rendered("-0.4", "d | round"), "-0");
    EXPECT_EQ(rendered("2.675", "d | round(2)"), "2.68");
    EXPECT_EQ(rendered("0.05", "d | round(1)"), "0.0");
    EXPECT_EQ(rendered("0.05", "d | round(0)"), "0");
    EXPECT_EQ(rendered("0.0051", "d | round(2)"), "0.01");
}

TEST(Decimal, RoundsToPlacesItHasNot) {
    EXPECT_EQ(rendered("0", "d | round(2)"), "0.00");
    EXPECT_EQ(rendered("7", "d | round(3)"), "7.000");
    EXPECT_EQ(rendered("1E+5", "d | round"), "100000");
    EXPECT_EQ(rendered("12345.678", "d | round(-2)"), "1.23E+4");
    EXPECT_EQ(rendered("4", "d | round(-2)"), "0E+2");
    EXPECT_NE(rendered("1E+30", "d | round").find("28 digits"), std::string::npos);
}

TEST(Decimal, RoundsToAnIntWithoutPlaces) {
    EXPECT_EQ(rendered("2.5", "(d | round(none)) is integer"), "True");
    EXPECT_EQ(rendered("1.5", "d | round(none)"), "2");
    EXPECT_EQ(rendered("-3.5", "d | round(none)"), "-4");
    EXPECT_EQ(rendered("1E+2", "d | round(none)"), "100");
    EXPECT_NE(rendered("1E+40", "d | round(none)").find("too large"), std::string::npos);
}

TEST(Decimal, CeilAndFloorGiveFloats) {
    EXPECT_EQ(rendered("2.1", "d | round(1, 'ceil')"), "2.1");
    EXPECT_EQ(rendered("2.11", "d | round(1, 'ceil')"), "2.2");
    EXPECT_EQ(rendered("-2.55", "d | round(1, 'floor')"), "-2.6");
    EXPECT_EQ(rendered("-2.5", "d | round(0, 'ceil')"), "-2.0");
    EXPECT_EQ(rendered("2", "d | round(0, 'floor')"), "2.0");
}

TEST(Decimal, ComparesWithInts) {
    EXPECT_EQ(rendered("672", "d <= 2 ** 10"), "True");
    EXPECT_EQ(rendered("0", "d <= 0"), "True");
    EXPECT_EQ(rendered("2.5", "3 > d"), "True");
    EXPECT_EQ(rendered("2.0", "2 == d and d == 2"), "True");
    EXPECT_EQ(rendered("2.5", "[1, d, 3] | max"), "3");
    EXPECT_EQ(rendered("2.00", "{2: 'two'}[d]"), "two");
}

TEST(Decimal, ComparesWithFloatsExactly) {
    EXPECT_EQ(rendered("0.5", "d == 0.5"), "True");
    EXPECT_EQ(rendered("0.1", "d == 0.1"), "False");
    EXPECT_EQ(rendered("0.1", "d < 0.1"), "True");
    EXPECT_EQ(rendered("1E+30", "d < ('inf' | float) and d > 1e29"), "True");
    EXPECT_EQ(rendered("1", "d != 'a'"), "True");
    EXPECT_NE(rendered("1", "d < 'a'").find("not supported"), std::string::npos);
}

}  // namespace
}  // namespace mesh::core::project
