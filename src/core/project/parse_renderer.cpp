#include "core/project/parse_renderer.h"

#include <algorithm>

#include "core/jinja/text.h"
#include "core/project/members.h"
#include "core/project/node_value.h"
#include "core/project/test_kwargs.h"

namespace mesh::core::project {

using jinja::Value;

struct ParseRenderer::Inner {
    Inner(const Manifest &manifest, const Settings &settings) : session(manifest, settings, nullptr) {}

    Session session;
};

namespace {

Frame parse_frame(const Node &node, ParsedText &found) {
    Frame frame;
    frame.phase = Phase::parse;
    frame.node = &node;
    frame.found = &found;
    return frame;
}

std::string file_of(const Manifest &manifest, const Node &node) {
    return file_of(manifest, node.package_name, node.original_file_path);
}

// Built-in tests ask for nothing but what is in their arguments, so that their macros need not run.
bool asks_nothing(const std::string &macro_id) {
    static const char *ids[] = {"macro.dbt.test_not_null", "macro.dbt.test_unique", "macro.dbt.test_accepted_values", "macro.dbt.test_relationships"};
    return std::any_of(std::begin(ids), std::end(ids), [&](const char *id) { return macro_id == id; });
}

// dbt looks at nothing but the tested model in these two.
bool only_model(const std::string &macro_id) {
    return macro_id == "macro.dbt.test_not_null" || macro_id == "macro.dbt.test_unique";
}

}  // namespace

ParseRenderer::ParseRenderer(const Manifest &manifest, const Settings &settings) : inner_(std::make_unique<Inner>(manifest, settings)) {}

ParseRenderer::~ParseRenderer() = default;

ParsedText ParseRenderer::render(const Node &node, const std::string &text, unsigned first_line) {
    ParsedText found;
    Session &session = inner_->session;
    const jinja::Pool pool;
    Frame frame = parse_frame(node, found);
    const Session::Entered entered(session, frame);
    found.text = session.render(text, file_of(session.manifest(), node), first_line);
    return found;
}

ParsedText ParseRenderer::render_hook(const Node &node, const std::string &text) {
    return render(node, text);
}

ParsedText ParseRenderer::render_test(const Node &node, const std::string &macro_id, const Json &kwargs) {
    ParsedText found;
    Session &session = inner_->session;
    found.macros.push_back(macro_id);
    const auto model = kwargs.find("model");
    const bool plain_where = !session.macros().overridden("get_where_subquery");
    if (only_model(macro_id) && model != kwargs.end() && model->is_string() && record_model(model->get<std::string>(), found)) return found;
    const jinja::Pool pool;
    Frame frame = parse_frame(node, found);
    const Session::Entered entered(session, frame);
    const std::string file = file_of(session.manifest(), node);
    Json rest = kwargs;
    if (asks_nothing(macro_id) && plain_where && model != kwargs.end() && model->is_string() && record_model(model->get<std::string>(), found)) {
        found.macros.emplace_back("macro.dbt.get_where_subquery");
        rest.erase("model");
    }
    jinja::Arguments arguments;
    for (const auto &[name, value] : rest.items()) arguments.named.emplace_back(name, render_kwarg(session, name, value, file));
    if (asks_nothing(macro_id)) return found;
    const Value macro = session.macros().by_id(macro_id);
    if (macro.is_missing()) raise_compilation("test macro '" + macro_id + "' was not found");
    found.text = jinja::to_text(macro.object().call(arguments));
    return found;
}

Value ParseRenderer::call_macro(const std::string &macro_id, jinja::Arguments &arguments, const Node *node) {
    Session &session = inner_->session;
    Frame frame;
    frame.phase = Phase::naming;
    frame.node = node;
    const Value macro = session.macros().by_id(macro_id);
    frame.package = session.macros().seen_from(macro);
    const Session::Entered entered(session, frame);
    if (macro.is_missing()) raise_compilation("macro '" + macro_id + "' was not found");
    return macro.object().call(arguments);
}

Json ParseRenderer::generate_name(const std::string &macro_id, const Json &custom, const Node &node) {
    const jinja::Pool pool;
    jinja::Arguments arguments{{to_value(custom), lazy_node(node)}};
    return to_json_value(call_macro(macro_id, arguments, nullptr));
}

}  // namespace mesh::core::project
