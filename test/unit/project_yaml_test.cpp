// YAML 1.1 as PyYAML's safe loader types it.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/interrupt.h"
#include "core/project/yaml.h"

namespace mesh::core::project {
namespace {

Json value(const std::string &text) {
    return read_yaml(text, "t.yml").value;
}

TEST(ProjectYaml, PlainScalarsAreTypedAsPyYamlDoes) {
    const std::pair<const char *, Json> cases[] = {
        {"yes", true}, {"Off", false}, {"y", "y"}, {"~", nullptr}, {"null", nullptr}, {"12", 12}, {"-7", -7}, {"0o17", "0o17"}, {"017", 15}, {"08", "08"},
        {"0x1F", 31}, {"0b101", 5}, {"1_000", 1000}, {"1:30", 90}, {"1.5", 1.5}, {"1e3", "1e3"}, {"1.0e+3", 1000.0}, {"1.", 1.0}, {".5", 0.5},
        {"+1", 1}, {"-.5", "-.5"}, {"2020-01-01", "2020-01-01"}, {"1.11.2", "1.11.2"}, {"=", "="}, {"nan", "nan"}, {"0", 0}, {"00", 0}, {"_1", "_1"}};
    for (const auto &[text, expected] : cases) EXPECT_EQ(yaml_scalar(text), expected) << text;
}

TEST(ProjectYaml, QuotedScalarsAreText) {
    EXPECT_EQ(value("a: '12'\nb: \"yes\"\nc: |\n  x\n  y\n"), (Json{{"a", "12"}, {"b", "yes"}, {"c", "x\ny\n"}}));
}

// dbt strips the files of a project.
TEST(ProjectYaml, ABlockAtTheEndOfAFileHasNoLineEnd) {
    EXPECT_EQ(read_yaml_file("a: |\n  x\nb: |\n  x\n  y\n\n", "t.yml").value, (Json{{"a", "x\n"}, {"b", "x\ny"}}));
    EXPECT_TRUE(read_yaml_file(" \n", "t.yml").value.is_null());
}

TEST(ProjectYaml, MergeKeysGiveWhatIsNotThere) {
    EXPECT_EQ(value("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n")["y"], (Json{{"b", 3}, {"a", 1}}));
    EXPECT_EQ(value("p: &p {a: 1}\nq: &q {a: 2, c: 3}\ny:\n  <<: [*p, *q]\n")["y"], (Json{{"a", 1}, {"c", 3}}));
}

TEST(ProjectYaml, TheLastOfTwoEqualKeysCountsAndIsNamed) {
    const YamlDocument document = read_yaml("a: 1\nb: 2\na: 3\n", "t.yml");
    EXPECT_EQ(document.value, (Json{{"a", 3}, {"b", 2}}));
    EXPECT_EQ(document.duplicate_keys, std::vector<std::string>{"line 3: a"});
}

TEST(ProjectYaml, PlacesFollowTheValues) {
    const YamlDocument document = read_yaml("models:\n  - name: a\n  - name: b\n    columns:\n      - name: c\n", "t.yml");
    const YamlPlace &second = document.place.children[0].children[1];
    EXPECT_EQ(second.line, 3u);
    EXPECT_EQ(second.children[1].line, 4u);
    EXPECT_EQ(second.children[1].children[0].line, 5u);
}

TEST(ProjectYaml, BrokenTextNamesItsPlace) {
    try {
        read_yaml("a:\n  - b\n c: d\n", "models/schema.yml");
        FAIL();
    } catch (const Error &error) {
        EXPECT_EQ(error.sqlstate, "42601");
        EXPECT_NE(std::string(error.what()).find("\"models/schema.yml\" at line 3"), std::string::npos) << error.what();
    }
}

std::string repeated(const std::string &what, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += what;
    return out;
}

// Each level by itself has few enough of them.
TEST(ProjectYaml, AliasesAndAnchorsOfAllLevelsAreCounted) {
    const std::string big = "a: &a [" + repeated("x,", 30000) + "]\n";
    EXPECT_THROW(value(big + "b: " + repeated("[*a,", 150) + repeated("]", 150)), Error);
    EXPECT_THROW(value(big + "b: " + repeated("&b [", 150) + "*a" + repeated("]", 150)), Error);
    EXPECT_EQ(value(big + "b: " + repeated("[*a,", 15) + repeated("]", 15))["b"].size(), 2u);
}

int calls_left = 0;

void break_off() {
    if (--calls_left < 0) throw std::runtime_error("broken off");
}

TEST(ProjectYaml, ReadingCanBeBrokenOff) {
    std::string many;
    for (int i = 0; i < 20000; ++i) many += "k" + std::to_string(i) + ": 1\n";
    calls_left = 1000;
    set_interrupt(break_off);
    EXPECT_THROW(value(many), std::runtime_error);
    set_interrupt(nullptr);
}

TEST(ProjectYaml, AliasesCannotMultiplyForEver) {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'j'; ++c) {
        bomb += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 10; ++i) bomb += std::string(i ? ",*" : "*") + static_cast<char>(c - 1);
        bomb += "]\n";
    }
    EXPECT_THROW(read_yaml(bomb, "t.yml"), Error);
}

TEST(ProjectYaml, EmptyDocumentsAreNull) {
    EXPECT_TRUE(value("").is_null());
    EXPECT_TRUE(value("# nothing\n").is_null());
}

TEST(ProjectYaml, IsWrittenAsPyYamlWritesIt) {
    EXPECT_EQ(write_yaml({{"b", {1, "yes", "a: b"}}, {"a", {{"c", nullptr}}}, {"e", Json::array()}}, false),
              "b:\n- 1\n- 'yes'\n- 'a: b'\na:\n  c: null\ne: []\n");
    EXPECT_EQ(write_yaml({{"b", 1}, {"a", 2}}, true), "a: 2\nb: 1\n");
}

}  // namespace
}  // namespace mesh::core::project
