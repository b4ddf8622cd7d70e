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

}  // namespace
}  // namespace mesh::core::project
