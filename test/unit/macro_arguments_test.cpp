// A macro's arguments, declared and described.
#include <gtest/gtest.h>

#include "core/project/macro_arguments.h"

namespace mesh::core::project {
namespace {

Json described(std::initializer_list<std::pair<const char *, const char *>> arguments) {
    Json out = Json::array();
    for (const auto &[name, type] : arguments) out.push_back({{"name", name}, {"type", type}, {"description", ""}});
    return out;
}

TEST(MacroArguments, AreThoseOfTheBlock) {
    MacroInfo macro;
    macro.name = "m";
    macro.macro_sql = "{% macro m(a, b=1) %}{% endmacro %}";
    macro.arguments = declared_arguments(macro);
    ASSERT_EQ(macro.arguments.size(), 2u);
    EXPECT_EQ(macro.arguments[1]["name"], "b");
    EXPECT_TRUE(argument_faults(macro, described({{"a", "dict[str, optional[ list[int] ]]"}, {"b", " "}})).empty());
    EXPECT_EQ(argument_faults(macro, described({{"a", "list"}, {"c", "int[int]"}, {"d", "dict[str]"}})),
              (std::vector<std::string>{"Argument c in yaml for macro m does not match the jinja definition.", "The number of arguments in the yaml for macro m does not match the jinja definition.",
                                        "Argument a in the yaml for macro m has an invalid type.", "Argument c in the yaml for macro m has an invalid type.",
                                        "Argument d in the yaml for macro m has an invalid type."}));
}

}  // namespace
}  // namespace mesh::core::project
