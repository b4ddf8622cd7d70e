// Steps of regular expressions are small beside those of a template.
#include "core/project/python_re.h"
#include "render_or_error.h"

namespace mesh::core::project {
namespace {

std::string rendered(const std::string &source) {
    const auto environment = make_environment(false);
    environment->limits.list_items = 16384;
    return render_or_error({{"re", make_re_module()}}, source, environment);
}

TEST(RegexSteps, ManySearchesFitIntoOneTemplate) {
    EXPECT_EQ(rendered("{% for i in range(100) %}{% set found = re.findall('a[bc]d', 'ab' * 2000) %}{% endfor %}done"), "done");
}

// Each match knows the text that it is in: all of them know one.
TEST(RegexSteps, ManyMatchesInALongText) {
    const auto environment = make_environment(false);
    const auto module = make_re_module();
    const auto rendered = [&](const std::string &source) { return render_or_error({{"re", module}}, source, environment); };
    EXPECT_EQ(rendered("{{ re.findall('a', 'ab' * 50000) | length }} {{ re.split('a', 'ab' * 50000) | length }} {{ re.sub('a', 'c', 'ab' * 50000) | length }}"), "50000 50001 100000");
    EXPECT_EQ(rendered("{% set found = re.search('b.', 'aabc') %}{{ found.string }} {{ found.group() }} {{ found.span() }}"), "aabc bc (2, 4)");
}

TEST(RegexSteps, WhatIsPutInHasABound) {
    EXPECT_EQ(rendered("{{ re.sub('a', 'b' * 1000000, 'a' * 10000) }}"), "string of a template grew past its limit");
    EXPECT_EQ(rendered("{{ re.sub('a+', '\\\\g<0>' * 10000, 'a' * 10000) }}"), "string of a template grew past its limit");
    EXPECT_EQ(rendered("{{ re.findall('', 'a' * 100000) }}"), "list of a template grew past its limit");
}

}  // namespace
}  // namespace mesh::core::project
