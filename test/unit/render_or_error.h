// What a template over some values renders to, for tests of what templates are given.
#pragma once

#include <gtest/gtest.h>

#include "core/jinja/template.h"
#include "core/project/base_context.h"

namespace mesh::core::project {

// The text, or what rendering raises.
inline std::string render_or_error(const std::map<std::string, jinja::Value> &values, const std::string &source,
                                   const jinja::Ptr<jinja::Environment> &environment = make_environment(false)) {
    const auto context = jinja::make<jinja::Variables>(jinja::make<jinja::Dict>());
    for (const auto &[name, value] : values) context->set(name, value);
    try {
        return jinja::Template::parse(source, "test")->render(context, environment);
    } catch (const jinja::TemplateError &error) {
        return error.what();
    }
}

}  // namespace mesh::core::project
