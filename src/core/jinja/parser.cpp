#include "core/jinja/parser.h"

#include <algorithm>

#include "core/jinja/guard.h"

namespace mesh::core::jinja {

const Token &TokenStream::look() const {
    if (current().kind == TokenKind::end) return current();
    const Token &token = list_.tokens[at_ + 1];
    if (token.kind == TokenKind::bad) fail(list_.problem, token.position);
    return token;
}

Token TokenStream::next() {
    const Token token = current();
    if (token.kind != TokenKind::end) ++at_;
    check();
    return token;
}

bool TokenStream::skip(TokenKind kind) {
    if (!is(kind)) return false;
    next();
    return true;
}

bool TokenStream::skip_name(std::string_view name) {
    if (!is_name(name)) return false;
    next();
    return true;
}

Token TokenStream::expect(TokenKind kind) {
    if (!is(kind)) fail_expected(describe(kind));
    return next();
}

Token TokenStream::expect_name(std::string_view name) {
    if (!is_name(name)) fail_expected(std::string(name));
    return next();
}

void TokenStream::fail(const std::string &message, Position at, ErrorClass kind) {
    throw TemplateError(kind, message, {"", "", at});
}

void TokenStream::check() const {
    if (current().kind == TokenKind::bad) fail(list_.problem, current().position);
}

void TokenStream::fail_expected(const std::string &expected) const {
    if (current().kind == TokenKind::end)
        fail("unexpected end of template, expected '" + expected + "'.", current().position);
    fail("expected token '" + expected + "', got '" + describe(current()) + "'", current().position);
}

std::unique_ptr<Tree> parse(const std::string &source, const std::string &template_name, const ParseOptions &options) {
    try {
        return Parser(source, options).run();
    } catch (const TemplateError &error) {
        throw TemplateError(error.kind, error.what(), {"", template_name, error.position()});
    }
}

Parser::Parser(const std::string &source, const ParseOptions &options)
    : stream_(tokenize(source, options.first_line)), options_(options), tree_(std::make_unique<Tree>()) {}

std::unique_ptr<Tree> Parser::run() {
    tree_->body = subparse({});
    return std::move(tree_);
}

// Up to a tag of one of the names, which stays current, or to the end of the template.
Body Parser::subparse(const Names &ends) {
    Guard::stack();
    Body body;
    Output *output = nullptr;
    auto add = [&](Expr *part) {
        if (output == nullptr) body.push_back(output = make<Output>(part->position));
        output->parts.push_back(part);
    };
    while (!stream_.is(TokenKind::end)) {
        const Token token = stream_.next();
        if (token.kind == TokenKind::data) {
            add(make<Constant>(Value(token.text), token.position, true));
        } else if (token.kind == TokenKind::variable_begin) {
            add(tuple({}));
            stream_.expect(TokenKind::variable_end);
        } else {
            output = nullptr;
            const bool ended = stream_.is(TokenKind::name) &&
                               std::find(ends.begin(), ends.end(), stream_.current().text) != ends.end();
            if (ended) return body;
            body.push_back(statement());
            stream_.expect(TokenKind::block_end);
        }
    }
    return body;
}

void Parser::late_problem(const std::string &message, Position at) {
    if (!tree_->late_problem.empty()) return;
    tree_->late_problem = message;
    tree_->late_position = at;
}

Body Parser::statements(const Names &ends, bool drop_end) {
    stream_.skip(TokenKind::colon);
    stream_.expect(TokenKind::block_end);
    open_ends_.push_back(ends);
    Body body = subparse(ends);
    if (stream_.is(TokenKind::end)) unknown_tag(nullptr, &ends);
    open_ends_.pop_back();
    if (drop_end) stream_.next();
    return body;
}

Stmt *Parser::statement() {
    Guard::stack();
    const Token tag = stream_.current();
    if (tag.kind != TokenKind::name) TokenStream::fail("tag name expected", tag.position);
    open_tags_.emplace_back(tag.text);
    Stmt *node = tag_statement(tag);
    open_tags_.pop_back();
    return node;
}

Stmt *Parser::tag_statement(const Token &tag) {
    const std::string_view name = tag.text;
    if (name == "if") return if_statement();
    if (name == "set") return set_statement();
    if (name == "for") return for_statement();
    if (name == "do") return do_statement();
    if (name == "macro") return macro_statement();
    if (name == "call") return call_statement();
    if (name == "filter") return filter_statement();
    if (name == "test") return test_statement("endtest");
    if (name == "data_test") return test_statement("enddata_test");
    if (name == "materialization") return materialization_statement();
    if (name == "docs") return docs_statement();
    if (name == "break") return loop_control(NodeKind::break_loop);
    if (name == "continue") return loop_control(NodeKind::continue_loop);
    if (name == "with") return with_statement();
    if (name == "print") return print_statement();
    if (name == "autoescape") return autoescape_statement();
    for (std::string_view loader : {"include", "import", "from", "extends"})
        if (name == loader) return loader_statement();
    open_tags_.pop_back();
    unknown_tag(&tag, nullptr);
}

void Parser::unknown_tag(const Token *tag, const Names *wanted) {
    const Names *looking = wanted ? wanted : open_ends_.empty() ? nullptr : &open_ends_.back();
    std::string message =
        tag ? "Encountered unknown tag '" + std::string(tag->text) + "'." : "Unexpected end of template.";
    if (looking != nullptr) {
        std::string names;
        for (std::string_view name : *looking) names += (names.empty() ? "'" : " or '") + std::string(name) + "'";
        bool misplaced = false;
        for (const Names &ends : open_ends_)
            misplaced = misplaced || (tag && std::find(ends.begin(), ends.end(), tag->text) != ends.end());
        message +=
            misplaced
                ? " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for " +
                      names + "."
                : " Jinja was looking for the following tags: " + names + ".";
    }
    if (!open_tags_.empty()) message += " The innermost block that needs to be closed is '" + open_tags_.back() + "'.";
    TokenStream::fail(message, tag ? tag->position : stream_.current().position);
}

Stmt *Parser::if_statement() {
    auto *node = make<If>(stream_.expect_name("if").position);
    for (If *branch = node;;) {
        branch->test = tuple({.with_conditional = false});
        branch->body = statements({"elif", "else", "endif"}, false);
        const Token token = stream_.next();
        if (token.text == "elif") {
            node->elifs.push_back(branch = make<If>(stream_.current().position));
            continue;
        }
        if (token.text == "else") node->otherwise = statements({"endif"}, true);
        return node;
    }
}

Stmt *Parser::for_statement() {
    auto *node = make<For>(stream_.expect_name("for").position);
    node->target = target("in", false);
    stream_.expect_name("in");
    node->iterable = tuple({.with_conditional = false, .end = "recursive"});
    if (stream_.skip_name("if")) node->test = expression();
    node->recursive = stream_.skip_name("recursive");
    ++loops_;
    node->body = statements({"endfor", "else"}, false);
    --loops_;
    node->has_else = stream_.next().text == "else";
    if (node->has_else) node->otherwise = statements({"endfor"}, true);
    return node;
}

Stmt *Parser::set_statement() {
    const Position at = stream_.next().position;
    Expr *to = target("", true);
    if (stream_.skip(TokenKind::assign)) {
        auto *node = make<Assign>(at);
        node->target = to;
        node->value = tuple({});
        return node;
    }
    auto *node = make<AssignBlock>(at);
    node->target = to;
    node->filter = filter_chain(nullptr);
    node->body = statements({"endset"}, true);
    return node;
}

Stmt *Parser::with_statement() {
    auto *node = make<With>(stream_.next().position);
    while (!stream_.is(TokenKind::block_end)) {
        if (!node->assignments.empty()) stream_.expect(TokenKind::comma);
        Expr *to = target("", false);
        stream_.expect(TokenKind::assign);
        node->assignments.emplace_back(to, expression());
    }
    node->body = statements({"endwith"}, true);
    return node;
}

Stmt *Parser::autoescape_statement() {
    auto *node = make<ScopeBlock>(stream_.next().position);
    node->option = expression();
    node->body = statements({"endautoescape"}, true);
    return node;
}

Stmt *Parser::print_statement() {
    auto *node = make<Output>(stream_.next().position);
    while (!stream_.is(TokenKind::block_end)) {
        if (!node->parts.empty()) stream_.expect(TokenKind::comma);
        node->parts.push_back(expression());
    }
    return node;
}

Stmt *Parser::do_statement() {
    auto *node = make<Do>(stream_.next().position);
    node->expression = tuple({});
    return node;
}

Stmt *Parser::loop_control(NodeKind kind) {
    const Token token = stream_.next();
    if (loops_ == 0)
        late_problem(kind == NodeKind::break_loop ? "'break' outside loop" : "'continue' not properly in loop",
                     token.position);
    return make<Bare>(kind, token.position);
}

// A body of its own: loops around it do not reach in.
Body Parser::function_body(std::string_view end) {
    const unsigned outer = std::exchange(loops_, 0);
    Body body = statements({end}, true);
    loops_ = outer;
    return body;
}

Stmt *Parser::macro_statement() {
    auto *node = make<MacroNode>(stream_.next().position);
    node->own_name = name_target();
    node->name = (options_.dbt_names ? "dbt_macro__" : "") + node->own_name;
    signature(*node);
    node->body = function_body("endmacro");
    return node;
}

Stmt *Parser::test_statement(std::string_view end) {
    auto *node = make<MacroNode>(stream_.next().position);
    node->block = BlockKind::test;
    node->own_name = name_target();
    node->name = "dbt_macro__test_" + node->own_name;
    signature(*node);
    node->body = function_body(end);
    return node;
}

Stmt *Parser::docs_statement() {
    auto *node = make<MacroNode>(stream_.next().position);
    node->block = BlockKind::docs;
    node->own_name = name_target();
    node->name = "dbt_docs__" + node->own_name;
    node->body = function_body("enddocs");
    return node;
}

Stmt *Parser::materialization_statement() {
    auto *node = make<MacroNode>(stream_.next().position);
    node->block = BlockKind::materialization;
    node->own_name = name_target();
    node->adapter = "default";
    std::vector<Expr *> languages;
    while (stream_.skip(TokenKind::comma)) materialization_option(*node, languages);
    if (languages.empty()) {
        auto *only_sql = make<Sequence>(NodeKind::list, node->position);
        only_sql->items.push_back(make<Constant>(Value("sql"), node->position));
        languages.push_back(only_sql);
    }
    for (Expr *list : languages) {
        node->parameters.push_back(make<Name>("supported_languages", Name::Use::parameter, node->position));
        node->defaults.push_back(list);
    }
    node->name = "dbt_macro__materialization_" + node->own_name + "_" + node->adapter;
    node->body = function_body("endmaterialization");
    return node;
}

void Parser::materialization_option(MacroNode &node, std::vector<Expr *> &languages) {
    const Position at = stream_.current().position;
    const std::string option = name_target();
    if (option == "default") return;
    if (option != "adapter" && option != "supported_languages")
        TokenStream::fail("materialization '" + node.own_name + "' received unknown argument '" + option + "'.", at);
    stream_.expect(TokenKind::assign);
    Expr *value = expression();
    if (option == "supported_languages") return languages.push_back(value);
    if (value->kind != NodeKind::constant || !static_cast<Constant *>(value)->value.is_string())
        TokenStream::fail("the adapter of a materialization must be a string", at);
    node.adapter = static_cast<Constant *>(value)->value.text();
}

void Parser::signature(MacroNode &node) {
    stream_.expect(TokenKind::lparen);
    while (!stream_.is(TokenKind::rparen)) {
        if (!node.parameters.empty()) stream_.expect(TokenKind::comma);
        const Position at = stream_.current().position;
        auto *parameter = make<Name>(name_target(), Name::Use::parameter, at);
        for (const Name *other : node.parameters)
            if (other->name == parameter->name)
                late_problem("duplicate argument '" + other->name + "' in function definition", at);
        if (node.block != BlockKind::docs && stream_.skip(TokenKind::colon)) type_annotation();
        if (stream_.skip(TokenKind::assign))
            node.defaults.push_back(expression());
        else if (!node.defaults.empty())
            TokenStream::fail("non-default argument follows default argument", stream_.current().position);
        node.parameters.push_back(parameter);
    }
    stream_.expect(TokenKind::rparen);
}

// dbt's "argument: Dict[str, Any]": read, not used.
void Parser::type_annotation() {
    Guard::stack();
    stream_.expect(TokenKind::name);
    if (!stream_.skip(TokenKind::lbracket)) return;
    for (bool first = true; !stream_.is(TokenKind::rbracket); first = false) {
        if (!first) stream_.expect(TokenKind::comma);
        type_annotation();
    }
    stream_.expect(TokenKind::rbracket);
}

Stmt *Parser::call_statement() {
    auto *node = make<CallBlock>(stream_.next().position);
    node->caller = make<MacroNode>(node->position);
    if (stream_.is(TokenKind::lparen)) signature(*node->caller);
    Expr *call = expression();
    if (call->kind != NodeKind::call) TokenStream::fail("expected call", node->position);
    node->call = static_cast<Call *>(call);
    node->caller->body = function_body("endcall");
    return node;
}

Stmt *Parser::filter_statement() {
    auto *node = make<FilterBlock>(stream_.next().position);
    node->filter = filter_chain(nullptr, true);
    node->body = statements({"endfilter"}, true);
    return node;
}

// Reads the tag whole; that there is no loader is an error only when it runs.
Stmt *Parser::loader_statement() {
    const Token tag = stream_.next();
    auto *node = make<Bare>(NodeKind::unsupported, tag.position);
    node->value = expression();
    if (tag.text == "import") {
        stream_.expect_name("as");
        node->target = name_target();
    }
    while (!stream_.is(TokenKind::block_end) && (stream_.is(TokenKind::name) || stream_.is(TokenKind::comma)))
        stream_.next();
    return node;
}

std::string Parser::name_target() {
    const Token token = stream_.expect(TokenKind::name);
    for (std::string_view constant : {"true", "false", "none", "True", "False", "None"})
        if (token.text == constant) TokenStream::fail("can't assign to 'name'", token.position);
    return std::string(token.text);
}

Expr *Parser::target(std::string_view end, bool with_namespace) {
    Expr *to = tuple({.names_only = true, .with_namespace = with_namespace, .end = end});
    store(to);
    return to;
}

void Parser::store(Expr *target) {
    Guard::stack();
    if (target->kind == NodeKind::name) {
        static_cast<Name *>(target)->use = Name::Use::store;
    } else if (target->kind == NodeKind::tuple) {
        for (Expr *item : static_cast<Sequence *>(target)->items) store(item);
    } else if (target->kind != NodeKind::namespace_ref) {
        const char *what = target->kind == NodeKind::list ? "list" : target->kind == NodeKind::dict ? "dict" : "const";
        TokenStream::fail(std::string("can't assign to '") + what + "'", target->position);
    }
}

}  // namespace mesh::core::jinja
