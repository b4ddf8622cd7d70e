// What can go wrong in a template, named as Python and Jinja2 name it.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace mesh::core::jinja {

// Lines and columns count from 1; columns are bytes. 0 is "not known".
struct Position {
    unsigned line = 0, column = 0;
};

enum class ErrorClass {
    syntax,           // TemplateSyntaxError, TemplateAssertionError
    runtime,          // TemplateRuntimeError
    undefined,        // UndefinedError
    security,         // SecurityError
    filter_argument,  // FilterArgumentError
    rendering,        // dbt's JinjaRenderingError
    type,             // TypeError, and so on
    value,
    key,
    index,
    attribute,
    overflow,
    zero_division,
    assertion,
    recursion,
    compilation,  // raised by the host: dbt's CompilationError
    limit,        // ours: output, a string or a list grew past its limit
};

// "TypeError", "UndefinedError", ...
const char *error_class_name(ErrorClass kind);

// A place that was being rendered: in a macro, or in the template's own body when the macro is empty.
struct Site {
    std::string macro, template_name;
    Position position;
};

// The message is Python's or Jinja2's own text. Once the error has left the engine, the stack and the detail name
// template, line, column and the macros on the way, innermost first.
struct TemplateError : Error {
    ErrorClass kind;
    std::vector<Site> stack;

    TemplateError(ErrorClass kind, const std::string &message);
    TemplateError(ErrorClass kind, const std::string &message, Site site);

    // Called on the way out, once for the template and once for each macro.
    void add_site(Site site);
    Position position() const { return stack.empty() ? Position{} : stack.front().position; }
};

[[noreturn]] void raise(ErrorClass kind, const std::string &message);
[[noreturn]] void raise_type(const std::string &message);
[[noreturn]] void raise_value(const std::string &message);

}  // namespace mesh::core::jinja
