// Templates within YAML: each text is rendered natively, where the file's kind says that it is.
#pragma once

#include <functional>
#include <span>

#include "core/jinja/runtime.h"
#include "core/project/settings.h"

namespace mesh::core::project {

// The keys and indexes on the way to a value; a part of a sequence is its index as text.
using KeyPath = std::vector<std::string>;

class YamlRenderer {
public:
    explicit YamlRenderer(jinja::Ptr<jinja::Context> context);

    // One text: a lone expression keeps its type. `name` is the template's in messages. Raises TemplateError.
    Json render(const std::string &text, const std::string &name) const;
    // The same as text.
    std::string render_text(const std::string &text, const std::string &name) const;

    // Every text in the tree for whose path `wanted` is true. Keys are never rendered.
    void render_tree(Json &tree, const std::function<bool(const KeyPath &)> &wanted, const std::string &name) const;

    const jinja::Ptr<jinja::Context> &context() const { return context_; }

private:
    void walk(Json &value, KeyPath &path, const std::function<bool(const KeyPath &)> &wanted, const std::string &name) const;

    jinja::Ptr<jinja::Context> context_;
    jinja::Ptr<jinja::Environment> environment_;
};

// Does the text hold {{, {%, {# or their ends?
bool has_template(std::string_view text);

}  // namespace mesh::core::project
