#include "core/graph/selector_parse.h"

#include "core/graph/selector.h"
#include "sample_mesh.h"

namespace mesh::core {

namespace {

Criterion only(std::string_view selector) {
    const auto parts = parse_selector(selector);
    EXPECT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts.at(0).criteria.size(), 1U);
    return parts.at(0).criteria.at(0);
}

TEST(SelectorParseTest, NothingIsAnEmptyUnion) {
    EXPECT_TRUE(parse_selector("").empty());
    EXPECT_TRUE(parse_selector(" \t\r\n ").empty());
}

TEST(SelectorParseTest, SpacesUniteAndCommasIntersect) {
    const auto parts = parse_selector("  a,b\n\tc ");
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].written, "a,b");
    ASSERT_EQ(parts[0].criteria.size(), 2U);
    EXPECT_EQ(parts[0].criteria[1].value.text, "b");
    EXPECT_EQ(parts[1].written, "c");
}

TEST(SelectorParseTest, PlusesWithDepths) {
    const Criterion both = only("2+orders+10");
    EXPECT_TRUE(both.ancestors && both.descendants && !both.at);
    EXPECT_EQ(both.ancestor_depth, 2);
    EXPECT_EQ(both.descendant_depth, 10);
    EXPECT_EQ(both.value.text, "orders");
    EXPECT_EQ(both.written, "2+orders+10");
    const Criterion unlimited = only("+orders+");
    EXPECT_EQ(unlimited.ancestor_depth, Graph::unlimited);
    EXPECT_EQ(unlimited.descendant_depth, Graph::unlimited);
    EXPECT_FALSE(only("+orders").descendants);
    EXPECT_FALSE(only("orders+").ancestors);
}

TEST(SelectorParseTest, DepthZeroIsADepth) {
    EXPECT_EQ(only("0+orders").ancestor_depth, 0);
    EXPECT_EQ(only("orders+0").descendant_depth, 0);
}

TEST(SelectorParseTest, DepthTooLargeForANumberIsNoLimit) {
    EXPECT_EQ(only("99999999999999999999+orders").ancestor_depth, Graph::unlimited);
    EXPECT_EQ(only("orders+999999999").descendant_depth, 999999999);
}

TEST(SelectorParseTest, DigitsThatAreANameStayOne) {
    EXPECT_EQ(only("2024").value.text, "2024");
    EXPECT_EQ(only("orders2").value.text, "orders2");
    EXPECT_EQ(only("2orders").value.text, "2orders");
    EXPECT_EQ(only("a+b").value.text, "a+b");
}

TEST(SelectorParseTest, AtTakesChildrensParents) {
    const Criterion at = only("@tag:nightly");
    EXPECT_TRUE(at.at);
    EXPECT_FALSE(at.ancestors || at.descendants);
    EXPECT_EQ(at.method, "tag");
    EXPECT_EQ(at.value.text, "nightly");
}

TEST(SelectorParseTest, MethodEndsAtTheFirstColon) {
    EXPECT_EQ(only("config.materialized:table").method, "config.materialized");
    EXPECT_EQ(only("+source:raw.orders+").method, "source");
    const Criterion colons = only("tag:a:b");
    EXPECT_EQ(colons.method, "tag");
    EXPECT_EQ(colons.value.text, "a:b");
    EXPECT_EQ(only("orders").method, "");
}

TEST(SelectorParseTest, QuotesMakeEverythingLiteral) {
    const Criterion odd = only("\"+my, odd*:model \"\"x\"\"+\"");
    EXPECT_EQ(odd.value.text, "+my, odd*:model \"x\"+");
    EXPECT_FALSE(odd.ancestors || odd.descendants || odd.at);
    EXPECT_EQ(odd.method, "");
    EXPECT_EQ(odd.value.mask, std::string(odd.value.text.size(), MaskedText::blank));
}

TEST(SelectorParseTest, OperatorsAndMethodsStandOutsideTheQuotes) {
    const Criterion widened = only("1+tag:\"a b\"+");
    EXPECT_EQ(widened.ancestor_depth, 1);
    EXPECT_TRUE(widened.descendants);
    EXPECT_EQ(widened.method, "tag");
    EXPECT_EQ(widened.value.text, "a b");
    EXPECT_EQ(only("sales.\"my model\"").value.text, "sales.my model");
}

struct Refusal {
    std::string selector, message, hint;
};

class RefusedSelectorTest : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedSelectorTest, SaysWhatIsWrongAndWhatToDo) {
    const Error error = error_of([] { check_selector(GetParam().selector); });
    EXPECT_EQ(error.sqlstate, "42601");
    EXPECT_EQ(error.what(), GetParam().message);
    EXPECT_NE(error.hint.find(GetParam().hint), std::string::npos) << error.hint;
}

const std::string operators = "Operators are @x, +x, x+ and 2+x+1";
const std::string comma = "Write an intersection as a,b without spaces.";

INSTANTIATE_TEST_SUITE_P(
    Selectors, RefusedSelectorTest,
    testing::Values(
        Refusal{"a,", "empty operand next to a comma in selector part \"a,\"", comma},
        Refusal{",a", "empty operand next to a comma in selector part \",a\"", comma},
        Refusal{"a,,b", "empty operand next to a comma in selector part \"a,,b\"", comma},
        Refusal{"a, b", "empty operand next to a comma in selector part \"a,\"", comma},
        Refusal{"\"open", "unterminated quote in selector \"\"open\"", "Close the double quote"},
        Refusal{"+", "name missing in selector part \"+\"", "Write a name"},
        Refusal{"@", "name missing in selector part \"@\"", "Write a name"},
        Refusal{"1+", "name missing in selector part \"1+\"", "Write a name"},
        Refusal{"\"\"", "name missing in selector part \"\"\"\"", "Write a name"},
        Refusal{"tag:", "name missing in selector part \"tag:\"", "Write a name"},
        Refusal{"@a+", "\"@\" and a trailing \"+\" exclude each other in selector part \"@a+\"", "takes in all"},
        Refusal{"++a", "misplaced operator in selector part \"++a\"", operators},
        Refusal{"a++", "misplaced operator in selector part \"a++\"", operators},
        Refusal{"+@a", "misplaced operator in selector part \"+@a\"", operators},
        Refusal{"@@a", "misplaced operator in selector part \"@@a\"", operators},
        Refusal{"colour:red", "unknown selector method \"colour\"", "config.<key>:, domain:, fqn:"},
        Refusal{"config.:x", "unknown selector method \"config.\"", "Methods are"},
        Refusal{":x", "method missing before the colon in selector part \":x\"", "in double quotes"},
        Refusal{"test_type:big", "invalid value \"big\" for selector method \"test_type\"",
                "Values are generic, singular, unit, data."},
        Refusal{"resource_type:table", "invalid value \"table\" for selector method \"resource_type\"",
                "Values are model, source, test, product, unit_test."}));

}  // namespace

}  // namespace mesh::core
