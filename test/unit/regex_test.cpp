// Regular expressions as Python's re understands them.
#include "core/project/python_re.h"
#include "render_or_error.h"

namespace mesh::core::project {
namespace {

std::string found(const std::string &pattern, const std::string &text) {
    const auto environment = make_environment(false);
    environment->limits.list_items = 1 << 20;
    return render_or_error({{"re", make_re_module()}, {"pattern", jinja::Value(pattern)}, {"text", jinja::Value(text)}},
                           "{{ re.findall(pattern, text) }}", environment);
}

TEST(Regex, WhatIsBehindHasOneWidth) {
    EXPECT_EQ(found("(?<=ab)c", "abc c"), "['c']");
    EXPECT_EQ(found("(?<!ab)c", "abc c"), "['c']");
    EXPECT_EQ(found("(?<=a|b)c", "ac bc cc"), "['c', 'c']");
    EXPECT_EQ(found("(?<=\\w{2}\\b)-", "a-bc-"), "['-']");
    EXPECT_EQ(found("(?<=^)a", "aa"), "['a']");
    EXPECT_EQ(found("(a)b(?<=\\1b)c", "abc"), "['a']");
    for (const char *pattern : {"(?<=a+)c", "(?<!a|bc)d", "(?<=a?)b", "(x+)(?<=\\1)y"})
        EXPECT_TRUE(found(pattern, "abc").starts_with("look-behind requires fixed-width pattern at position ")) << pattern;
}

TEST(Regex, WhatIsBehindCostsItsWidthAtEachPlace) {
    EXPECT_EQ(found("(?<!distinct\\s)(\\bfrom\\b)", std::string(20000, ' ') + "from x"), "['from']");
}

TEST(Regex, AVerbosePatternMaySetAQuantifierApart) {
    EXPECT_EQ(found("(?x) a + # one or more\n b {2}", "aab aabb"), "['aabb']");
}

}  // namespace
}  // namespace mesh::core::project
