// Steps of regular expressions are small beside those of a template.
#include <gtest/gtest.h>

#include "core/jinja/template.h"
#include "core/project/base_context.h"
#include "core/project/python_re.h"

namespace mesh::core::project {
namespace {

std::string rendered(const std::string &source) {
    const auto context = jinja::make<jinja::Variables>(jinja::make<jinja::Dict>());
    context->set("re", make_re_module());
    const auto environment = make_environment(false);
    environment->limits.list_items = 16384;
    try {
        return jinja::Template::parse(source, "test")->render(context, environment);
    } catch (const jinja::TemplateError &error) {
        return error.what();
    }
}

TEST(RegexSteps, ManySearchesFitIntoOneTemplate) {
    EXPECT_EQ(rendered("{% for i in range(100) %}{% set found = re.findall('a[bc]d', 'ab' * 2000) %}{% endfor %}done"), "done");
}

}  // namespace
}  // namespace mesh::core::project
