// Values by themselves: dicts, text, numbers, JSON, literals.
#include <cmath>

#include "core/jinja/native.h"
#include "core/jinja/operators.h"
#include "core/jinja/unicode.h"
#include "jinja_helper.h"

namespace mesh::core::jinja::testing {

TEST(JinjaDict, KeepsInsertionOrderThroughErasing) {
    Dict dict;
    for (int i = 0; i < 1000; ++i) dict.set(Value(i), Value(i * 2));
    for (int i = 0; i < 1000; i += 2) EXPECT_TRUE(dict.erase(Value(i)));
    EXPECT_FALSE(dict.erase(Value(0)));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(dict.find(Value(i)) != nullptr, i % 2 == 1) << i;
    for (int i = 0; i < 1000; i += 2) dict.set(Value(i), Value("again"));
    EXPECT_EQ(dict.size(), 1000u);
    EXPECT_EQ(dict.keys().front().integer(), 1);
    EXPECT_EQ(dict.keys().back().integer(), 998);
}

TEST(JinjaDict, EqualNumbersAreOneKey) {
    Dict dict;
    dict.set(Value(1), Value("a"));
    EXPECT_NE(dict.find(Value(true)), nullptr);
    EXPECT_NE(dict.find(Value(1.0)), nullptr);
    EXPECT_EQ(dict.find(Value("1")), nullptr);
    EXPECT_THROW(dict.find(Value(std::vector<Value>())), TemplateError);
}

TEST(JinjaFloat, IsTheShortestThatReadsBack) {
    for (double value :
         {0.1, 1.0 / 3, 1e22, 1e23, 123456789.123, 5e-324, 1.7976931348623157e308, -2.5e-7, 1e16, 9999999999999998.0})
        EXPECT_EQ(parse_float(float_text(value)), value) << float_text(value);
    EXPECT_EQ(float_text(1e22), "1e+22");
    EXPECT_EQ(float_text(9999999999999998.0), "9999999999999998.0");
    EXPECT_EQ(float_text(std::nan("")), "nan");
}

TEST(JinjaNumber, AreReadAsPythonReadsThem) {
    EXPECT_EQ(parse_int(" 1_000 "), 1000);
    EXPECT_EQ(parse_int("-0x1F", 16), -31);
    EXPECT_EQ(parse_int("٣"), 3);
    EXPECT_EQ(parse_int("1__0"), std::nullopt);
    EXPECT_EQ(parse_int(""), std::nullopt);
    EXPECT_EQ(parse_int("007", 0), std::nullopt);
    EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
    EXPECT_THROW(parse_int("9223372036854775808"), TemplateError);
    EXPECT_EQ(parse_float("0x10"), std::nullopt);
    EXPECT_EQ(parse_float("1e"), std::nullopt);
}

TEST(JinjaCompare, FollowsPython) {
    EXPECT_TRUE(equal(Value(1), Value(1.0)));
    EXPECT_FALSE(equal(Value(9007199254740993), Value(9007199254740992.0)));
    EXPECT_FALSE(equal(Value(std::nan("")), Value(std::nan(""))));
    EXPECT_FALSE(less(Value(std::nan("")), Value(1)));
    EXPECT_TRUE(less(Value(std::vector<Value>{Value(1), Value(2)}), Value(std::vector<Value>{Value(1), Value(3)})));
    EXPECT_THROW(less(Value(1), Value("a")), TemplateError);
}

TEST(JinjaUnicode, BrokenUtf8ComesThroughUnchanged) {
    const std::string broken = "a\xff\xc3(\xe2\x82";
    std::string copy;
    for (std::size_t at = 0; at < broken.size();) append(copy, decode(broken, at));
    EXPECT_EQ(copy, broken);
    EXPECT_EQ(count_characters(broken), 6u);
    EXPECT_EQ(render("{{ x | upper }}", "{\"x\": \"a\"}"), "A");
}

TEST(JinjaJson, ReadsAndWrites) {
    const char *text = R"({"a": [1, 2.5, null, true, "\u00e9\ud83d\ude00"], "b": {}})";
    EXPECT_EQ(to_json(*from_json(text)), text);
    EXPECT_EQ(from_json("{"), std::nullopt);
    EXPECT_EQ(from_json(""), std::nullopt);
    EXPECT_THROW(from_json("18446744073709551616"), TemplateError);
}

TEST(JinjaLiteral, IsPythonsLiteralEval) {
    EXPECT_EQ(repr(*parse_literal("{'a': (1, -2.5), \"b\": [None, True]}")), "{'a': (1, -2.5), 'b': [None, True]}");
    EXPECT_EQ(repr(*parse_literal("'a' 'b'")), "'ab'");
    for (const char *bad : {"", "a", "1 +", "[1", "f()", "1 1", "'a", "{1: 2, 3}", "007"})
        EXPECT_FALSE(parse_literal(bad)) << bad;
}

}  // namespace mesh::core::jinja::testing
