#include "core/project/written_config.h"

#include <algorithm>

#include "core/jinja/described.h"
#include "core/jinja/parser.h"
#include "core/jinja/walk.h"

namespace mesh::core::project {

namespace {

using namespace jinja;

// The first call of config(), in the order in which Jinja2 looks for it; null: there is none.
const Call *find_config(const Node &node) {
    const Call *found = nullptr;
    for_each_child(node, [&](const Node &child) {
        if (found) return;
        if (child.kind == NodeKind::call) {
            const auto &call = static_cast<const Call &>(child);
            if (call.callee->kind == NodeKind::name && static_cast<const Name &>(*call.callee).name == "config") found = &call;
        }
        if (!found) found = find_config(child);
    });
    return found;
}

bool is_text(const Expr &e) {
    return e.kind == NodeKind::constant && static_cast<const Constant &>(e).value.is_string();
}

// Text, a truth, and lists and dicts of them: what dbt's parser without Jinja takes for a config.
bool is_literal(const Expr &e) {
    if (e.kind == NodeKind::constant) return is_text(e) || static_cast<const Constant &>(e).value.is(Kind::boolean);
    if (e.kind == NodeKind::list) return std::ranges::all_of(static_cast<const Sequence &>(e).items, [](const Expr *item) { return is_literal(*item); });
    if (e.kind != NodeKind::dict) return false;
    return std::ranges::all_of(static_cast<const DictLiteral &>(e).items, [](const auto &item) { return is_text(*item.first) && is_literal(*item.second); });
}

bool takes_config(const CallArguments &given) {
    return given.positional.empty() && !given.named.empty() && std::ranges::all_of(given.named, [](const auto &argument) {
        return argument.first != "pre_hook" && argument.first != "post_hook" && is_literal(*argument.second);
    });
}

bool takes_names(const CallArguments &given, bool of_source) {
    const std::size_t count = given.positional.size();
    const bool counted = of_source ? count + given.named.size() == 2 : count == 1 || count == 2;
    const auto named = [&](const auto &argument) {
        if (of_source) return (argument.first == "source_name" || argument.first == "table_name") && is_text(*argument.second);
        return (argument.first == "v" || argument.first == "version") && argument.second->kind == NodeKind::constant;
    };
    return counted && std::ranges::all_of(given.positional, [](const Expr *e) { return is_text(*e); }) && std::ranges::all_of(given.named, named);
}

bool is_static(const Expr &e) {
    if (e.kind == NodeKind::constant || is_literal(e)) return true;
    if (e.kind != NodeKind::call) return false;
    const auto &call = static_cast<const Call &>(e);
    if (call.callee->kind != NodeKind::name || call.arguments.more_positional || call.arguments.more_named) return false;
    const std::string &name = static_cast<const Name &>(*call.callee).name;
    return name == "config" ? takes_config(call.arguments) : (name == "ref" || name == "source") && takes_names(call.arguments, name == "source");
}

// Can dbt's parser without Jinja read the model? It knows Python's words for truths alone, and no blocks.
bool is_static(const Tree &tree, const std::string &source) {
    for (const char *beyond : {"{%", "{{-", "-}}"})
        if (source.find(beyond) != std::string::npos) return false;
    const TokenList tokens = tokenize(source);
    for (const Token &token : tokens.tokens)
        if (token.kind == TokenKind::name && (token.text == "true" || token.text == "false")) return false;
    return std::ranges::all_of(tree.body, [](const Stmt *statement) {
        return statement->kind == NodeKind::output && std::ranges::all_of(static_cast<const Output &>(*statement).parts, [](const Expr *part) { return is_static(*part); });
    });
}

// Null: it is no template, which is told where it is rendered.
std::unique_ptr<Tree> parsed(const std::string &source) {
    try {
        return parse(source, "config", {});
    } catch (const TemplateError &) {
        return nullptr;
    }
}

}  // namespace

Json written_config(const std::string &text, bool static_too) {
    Json found = Json::object();
    if (text.find("config(") == std::string::npos) return found;
    const std::string source = normalize_source(text);
    const std::unique_ptr<Tree> tree = parsed(source);
    if (!tree || (!static_too && is_static(*tree, source))) return found;
    const Call *call = nullptr;
    for (const Stmt *statement : tree->body)
        if (!call) call = find_config(*statement);
    if (!call) return found;
    for (const auto &[name, value] : call->arguments.named) found[name] = described_keyword(name, *value);
    return found;
}

}  // namespace mesh::core::project
