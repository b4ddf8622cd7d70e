// Short ways to render, for the tests of the template engine.
#pragma once

#include <gtest/gtest.h>

#include "core/jinja/json.h"
#include "core/jinja/template.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja::testing {

inline Ptr<Variables> context_of(const char *json = "{}") {
    const Value values = *from_json(json);
    auto context = make<Variables>(Ptr<Dict>(&values.dict()));
    context->set("return", Value(make<ReturnFunction>()));
    return context;
}

inline std::string render(const char *source, const char *json = "{}") {
    const Pool pool;  // frees what holds itself
    return Template::parse(source, "t.sql", {.dbt_names = false})->render(context_of(json), make<Environment>());
}

// What render() raises; a class of its own when it does not.
inline TemplateError error_of(const char *source, const char *json = "{}") {
    try {
        render(source, json);
    } catch (const TemplateError &error) {
        return error;
    }
    return TemplateError(ErrorClass::assertion, "nothing was raised");
}

}  // namespace mesh::core::jinja::testing
