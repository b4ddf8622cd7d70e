#include "core/project/yaml_renderer.h"

#include "core/jinja/template.h"
#include "core/project/base_context.h"

namespace mesh::core::project {

bool has_template(std::string_view text) {
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        const char c = text[at], d = text[at + 1];
        if (c == '{' && (d == '{' || d == '%' || d == '#')) return true;
        if (d == '}' && (c == '}' || c == '%' || c == '#')) return true;
    }
    return false;
}

YamlRenderer::YamlRenderer(jinja::Ptr<jinja::Context> context) : context_(std::move(context)), environment_(make_environment(false)) {}

Json YamlRenderer::render(const std::string &text, const std::string &name) const {
    if (!has_template(text)) return !text.empty() && text.back() == '\n' ? text.substr(0, text.size() - 1) : text;
    return to_json_value(jinja::Template::parse(text, name)->render_native(context_, environment_));
}

std::string YamlRenderer::render_text(const std::string &text, const std::string &name) const {
    if (!has_template(text)) return text;
    return jinja::Template::parse(text, name)->render(context_, environment_);
}

void YamlRenderer::render_tree(Json &tree, const std::function<bool(const KeyPath &)> &wanted, const std::string &name) const {
    KeyPath path;
    walk(tree, path, wanted, name);
}

void YamlRenderer::walk(Json &value, KeyPath &path, const std::function<bool(const KeyPath &)> &wanted, const std::string &name) const {
    if (value.is_string()) {
        const auto &text = value.get_ref<const std::string &>();
        if ((has_template(text) || (!text.empty() && text.back() == '\n')) && wanted(path)) value = render(text, name);
        return;
    }
    std::size_t index = 0;
    for (auto &item : value.items()) {
        if (!item.value().is_string() && !item.value().is_structured()) {
            ++index;
            continue;
        }
        path.push_back(value.is_array() ? std::to_string(index) : item.key());
        walk(item.value(), path, wanted, name);
        path.pop_back();
        ++index;
    }
}

}  // namespace mesh::core::project
