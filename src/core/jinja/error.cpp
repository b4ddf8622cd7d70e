#include "core/jinja/error.h"

namespace mesh::core::jinja {

namespace {

const char *sqlstate_of(ErrorClass kind) {
    switch (kind) {
        case ErrorClass::syntax: return "42601";
        case ErrorClass::undefined: return "42704";
        case ErrorClass::security: return "42501";
        case ErrorClass::type: return "42804";
        case ErrorClass::overflow: return "22003";
        case ErrorClass::zero_division: return "22012";
        case ErrorClass::recursion: return "54001";
        case ErrorClass::limit: return "54000";
        default: return "22023";
    }
}

std::string place(const Site &site) {
    std::string text = site.macro.empty() ? "" : "macro " + site.macro + " of ";
    text += site.template_name.empty() ? "template" : site.template_name;
    if (site.position.line == 0) return text;
    return text + " line " + std::to_string(site.position.line) + " column " + std::to_string(site.position.column);
}

}  // namespace

const char *error_class_name(ErrorClass kind) {
    switch (kind) {
        case ErrorClass::syntax: return "TemplateSyntaxError";
        case ErrorClass::runtime: return "TemplateRuntimeError";
        case ErrorClass::undefined: return "UndefinedError";
        case ErrorClass::security: return "SecurityError";
        case ErrorClass::filter_argument: return "FilterArgumentError";
        case ErrorClass::rendering: return "JinjaRenderingError";
        case ErrorClass::type: return "TypeError";
        case ErrorClass::value: return "ValueError";
        case ErrorClass::key: return "KeyError";
        case ErrorClass::index: return "IndexError";
        case ErrorClass::attribute: return "AttributeError";
        case ErrorClass::overflow: return "OverflowError";
        case ErrorClass::zero_division: return "ZeroDivisionError";
        case ErrorClass::assertion: return "AssertionError";
        case ErrorClass::recursion: return "RecursionError";
        case ErrorClass::compilation: return "CompilationError";
        case ErrorClass::limit: return "LimitError";
    }
    return "Error";
}

TemplateError::TemplateError(ErrorClass error_class, const std::string &message)
    : Error(sqlstate_of(error_class), message), kind(error_class) {
    error_kind = ErrorKind::compilation;
}

TemplateError::TemplateError(ErrorClass error_class, const std::string &message, Site site)
    : TemplateError(error_class, message) {
    add_site(std::move(site));
}

void TemplateError::add_site(Site site) {
    constexpr std::size_t deepest = 8;
    if (stack.size() >= deepest) return;
    stack.push_back(std::move(site));
    detail = "In " + place(stack.front());
    for (std::size_t i = 1; i < stack.size(); ++i) detail += ", called from " + place(stack[i]);
    detail += stack.size() == deepest ? ", and so on." : ".";
}

void raise(ErrorClass kind, const std::string &message) {
    throw TemplateError(kind, message);
}
void raise_type(const std::string &message) {
    raise(ErrorClass::type, message);
}
void raise_value(const std::string &message) {
    raise(ErrorClass::value, message);
}

}  // namespace mesh::core::jinja
