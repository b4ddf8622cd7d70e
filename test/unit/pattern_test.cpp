#include "core/graph/pattern.h"

#include <gtest/gtest.h>

namespace mesh::core {

namespace {

Pattern pattern(const std::string &text) {
    return Pattern({text, text});
}

// The pattern of text that stood in double quotes.
Pattern quoted(const std::string &text) {
    return Pattern({text, std::string(text.size(), MaskedText::blank)});
}

TEST(PatternTest, PlainTextMatchesItselfOnly) {
    EXPECT_TRUE(pattern("orders").matches("orders"));
    EXPECT_FALSE(pattern("orders").matches("Orders"));
    EXPECT_FALSE(pattern("orders").matches("orders2"));
    EXPECT_FALSE(pattern("orders").matches(""));
    EXPECT_TRUE(pattern("orders").is_literal());
    EXPECT_FALSE(pattern("order?").is_literal());
}

TEST(PatternTest, StarIsAnyRunAlsoAnEmptyOne) {
    EXPECT_TRUE(pattern("stg_*").matches("stg_"));
    EXPECT_TRUE(pattern("stg_*").matches("stg_orders"));
    EXPECT_FALSE(pattern("stg_*").matches("xstg_orders"));
    EXPECT_TRUE(pattern("*_v*_x").matches("a_v1_v2_x"));
    EXPECT_FALSE(pattern("*_v*_x").matches("a_v1_v2_y"));
    EXPECT_TRUE(pattern("a**b").matches("ab"));
    EXPECT_TRUE(pattern("*").matches(""));
}

TEST(PatternTest, StarAloneIsKnown) {
    EXPECT_TRUE(pattern("*").is_star());
    EXPECT_TRUE(pattern("**").is_star());
    EXPECT_FALSE(pattern("*a").is_star());
    EXPECT_FALSE(quoted("*").is_star());
}

TEST(PatternTest, QuestionMarkIsOneCharacterOfAnyLength) {
    EXPECT_TRUE(pattern("caf?").matches("caf\xC3\xA9"));
    EXPECT_TRUE(pattern("?").matches("\xF0\x9F\x90\x98"));
    EXPECT_FALSE(pattern("??").matches("\xC3\xA9"));
    EXPECT_FALSE(pattern("?").matches(""));
}

TEST(PatternTest, SetsTakeMembersRangesAndNegation) {
    EXPECT_TRUE(pattern("q[1-4]").matches("q3"));
    EXPECT_FALSE(pattern("q[1-4]").matches("q5"));
    EXPECT_TRUE(pattern("[abx-z]").matches("y"));
    EXPECT_TRUE(pattern("q[!1-4]").matches("q5"));
    EXPECT_FALSE(pattern("q[!1-4]").matches("q1"));
    EXPECT_FALSE(pattern("q[!1-4]").matches("q"));
    EXPECT_TRUE(pattern("[\xC3\xA0-\xC3\xBF]").matches("\xC3\xA9"));
}

TEST(PatternTest, BracketAndDashAtTheEdgesAreMembers) {
    EXPECT_TRUE(pattern("[]]").matches("]"));
    EXPECT_TRUE(pattern("[!]]").matches("a"));
    EXPECT_FALSE(pattern("[!]]").matches("]"));
    EXPECT_TRUE(pattern("[a-]").matches("-"));
    EXPECT_TRUE(pattern("[-a]").matches("-"));
    EXPECT_FALSE(pattern("[a-]").matches("b"));
}

TEST(PatternTest, UnclosedBracketStandsForItself) {
    EXPECT_TRUE(pattern("a[b").matches("a[b"));
    EXPECT_FALSE(pattern("a[b").matches("ab"));
    EXPECT_TRUE(pattern("a[*").matches("a[bcd"));
    EXPECT_TRUE(pattern("[").matches("["));
    EXPECT_TRUE(pattern("[]").matches("[]"));
    EXPECT_TRUE(pattern("[!").matches("[!"));
}

TEST(PatternTest, QuotedCharactersAreLiteral) {
    EXPECT_TRUE(quoted("a*[b]?").matches("a*[b]?"));
    EXPECT_FALSE(quoted("a*").matches("ab"));
    EXPECT_TRUE(quoted("a*").is_literal());
    const Pattern half({"a**", std::string("a") + MaskedText::blank + "*"});
    EXPECT_TRUE(half.matches("a*xyz"));
    EXPECT_FALSE(half.matches("axyz"));
}

TEST(PatternTest, BrokenUtf8IsReadByteByByte) {
    EXPECT_TRUE(pattern("a?").matches("a\xFF"));
    EXPECT_TRUE(pattern("*\xC3").matches("x\xC3"));
    EXPECT_TRUE(pattern("??").matches("\xC3z"));
}

TEST(PatternTest, ManyStarsStayFast) {
    std::string stars;
    for (int i = 0; i < 50; ++i) stars += "a*";
    EXPECT_FALSE(pattern(stars + "b").matches(std::string(20000, 'a')));
}

}  // namespace

}  // namespace mesh::core
