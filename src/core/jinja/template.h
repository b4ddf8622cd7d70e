// The engine's door: parse a template once, render it many times, call its macros.
//
//   auto environment = make<Environment>();
//   auto context = make<Variables>();
//   context->set("name", Value("world"));
//   auto hello = Template::parse("hello {{ name }}", "hello.sql");
//   std::string text = hello->render(context, environment);
//
// Everything raises TemplateError, with the template's name, line, column and macros in it. What host functions throw
// passes through. Wrap longer work into a Pool (ref.h), so that reference cycles made by templates are freed.
#pragma once

#include "core/jinja/runtime.h"
#include "core/jinja/tree.h"

namespace mesh::core::jinja {

struct TemplateOptions {
    bool dbt_names = true;    // {% macro m %} is called dbt_macro__m by its own template, as dbt arranges it
    unsigned first_line = 1;  // of the source in its file
    Limits limits;            // while parsing
};

// A macro, test, materialization or docs block of a template.
struct BlockInfo {
    BlockKind kind;
    std::string name;         // as written after the tag
    std::string adapter;      // of a materialization, "default" unless written
    std::string export_name;  // what Module::call knows it by
    Position position;
    std::vector<std::string> parameters;
    std::size_t required = 0;                      // so many of the parameters have no default
    std::vector<std::string> supported_languages;  // of a materialization, "sql" unless written
};

class Template : public Ref {
public:
    // Raises TemplateSyntaxError.
    static Ptr<Template> parse(std::string_view source, std::string name, const TemplateOptions &options = {});

    const std::string &name() const { return name_; }
    const Tree &tree() const { return *tree_; }
    // Those at the top level, in order.
    std::vector<BlockInfo> blocks() const;

    std::string render(const Ptr<Context> &context, const Ptr<Environment> &environment);
    // dbt's native rendering: a lone expression keeps its value, as_bool and its kin convert; otherwise text.
    Value render_native(const Ptr<Context> &context, const Ptr<Environment> &environment);

private:
    Template(std::string name, std::unique_ptr<Tree> tree) : name_(std::move(name)), tree_(std::move(tree)) {}
    std::string name_;
    std::unique_ptr<Tree> tree_;
};

class Activation;

// A template that has run once, for its macros and the variables it set. Macros taken from it find those variables only
// while it lives.
class Module {
public:
    Module(Ptr<Template> source, Ptr<Context> context, Ptr<Environment> environment);
    ~Module();
    Module(const Module &) = delete;
    Module &operator=(const Module &) = delete;

    const std::string &text() const { return text_; }
    // What the template stored under the name; a macro under its export name. missing when there is none.
    Value get(std::string_view name) const;
    // Calls a macro as dbt does: the value it returned, else its text. Raises AttributeError when there is none.
    Value call(std::string_view export_name, Arguments &arguments) const;

private:
    Ptr<Template> source_;
    Ptr<Activation> frame_;
    std::string text_;
};

}  // namespace mesh::core::jinja
