#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/parser.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

Expr *Parser::expression(bool with_conditional) {
    return with_conditional ? conditional() : logical_or();
}

Expr *Parser::conditional() {
    Guard::stack();
    Position at = stream_.current().position;
    Expr *then = logical_or();
    while (stream_.skip_name("if")) {
        auto *node = make<Conditional>(at);
        node->then = then;
        node->test = logical_or();
        if (stream_.skip_name("else")) node->otherwise = conditional();
        then = node;
        at = stream_.current().position;
    }
    return then;
}

Expr *Parser::logical_or() {
    const Position at = stream_.current().position;
    Expr *left = logical_and();
    while (stream_.skip_name("or")) left = make<Logical>(false, left, logical_and(), at);
    return left;
}

Expr *Parser::logical_and() {
    const Position at = stream_.current().position;
    Expr *left = logical_not();
    while (stream_.skip_name("and")) left = make<Logical>(true, left, logical_not(), at);
    return left;
}

Expr *Parser::logical_not() {
    Guard::stack();
    if (!stream_.is_name("not")) return comparison();
    const Position at = stream_.next().position;
    return make<Negation>(logical_not(), at);
}

namespace {

std::string_view comparison_operator(TokenKind kind) {
    switch (kind) {
        case TokenKind::eq: return "==";
        case TokenKind::ne: return "!=";
        case TokenKind::lt: return "<";
        case TokenKind::le: return "<=";
        case TokenKind::gt: return ">";
        case TokenKind::ge: return ">=";
        default: return "";
    }
}

bool product_operator(TokenKind kind, Operator &op) {
    switch (kind) {
        case TokenKind::mul: op = Operator::multiply; return true;
        case TokenKind::div: op = Operator::divide; return true;
        case TokenKind::floordiv: op = Operator::floor_divide; return true;
        case TokenKind::mod: op = Operator::modulo; return true;
        default: return false;
    }
}

}  // namespace

Expr *Parser::comparison() {
    Compare *node = nullptr;
    const Position at = stream_.current().position;
    Expr *first = sum();
    for (;;) {
        std::string_view op = comparison_operator(stream_.current().kind);
        if (!op.empty()) {
            stream_.next();
        } else if (stream_.skip_name("in")) {
            op = "in";
        } else if (stream_.is_name("not") && stream_.look().kind == TokenKind::name && stream_.look().text == "in") {
            stream_.next();
            stream_.next();
            op = "not in";
        } else {
            return node ? node : first;
        }
        if (node == nullptr) (node = make<Compare>(at))->first = first;
        node->rest.emplace_back(op, sum());
    }
}

Expr *Parser::sum() {
    const Position at = stream_.current().position;
    Expr *left = concatenation();
    while (stream_.is(TokenKind::add) || stream_.is(TokenKind::sub)) {
        const Operator op = stream_.next().kind == TokenKind::add ? Operator::add : Operator::subtract;
        left = make<Binary>(op, left, concatenation(), at);
    }
    return left;
}

Expr *Parser::concatenation() {
    const Position at = stream_.current().position;
    Expr *first = product();
    if (!stream_.is(TokenKind::tilde)) return first;
    auto *node = make<Concat>(at);
    node->parts.push_back(first);
    while (stream_.skip(TokenKind::tilde)) node->parts.push_back(product());
    return node;
}

Expr *Parser::product() {
    const Position at = stream_.current().position;
    Expr *left = power();
    for (Operator op; product_operator(stream_.current().kind, op);) {
        stream_.next();
        left = make<Binary>(op, left, power(), at);
    }
    return left;
}

Expr *Parser::power() {
    const Position at = stream_.current().position;
    Expr *left = unary();
    while (stream_.skip(TokenKind::pow)) left = make<Binary>(Operator::power, left, unary(), at);
    return left;
}

Expr *Parser::unary(bool with_filter) {
    Guard::stack();
    const Position at = stream_.current().position;
    Expr *node;
    if (stream_.skip(TokenKind::sub))
        node = make<Unary>(true, unary(false), at);
    else if (stream_.skip(TokenKind::add))
        node = make<Unary>(false, unary(false), at);
    else
        node = primary();
    node = postfix(node);
    return with_filter ? filters_and_tests(node) : node;
}

Expr *Parser::primary(bool with_namespace) {
    switch (stream_.current().kind) {
        case TokenKind::name: return name_or_constant(with_namespace);
        case TokenKind::string: return string_constant();
        case TokenKind::integer:
        case TokenKind::real: return number_constant();
        case TokenKind::lbracket: return list_literal();
        case TokenKind::lbrace: return dict_literal();
        case TokenKind::lparen: {
            stream_.next();
            Expr *inner = tuple({.parenthesized = true});
            stream_.expect(TokenKind::rparen);
            return inner;
        }
        default: TokenStream::fail("unexpected '" + describe(stream_.current()) + "'", stream_.current().position);
    }
}

Expr *Parser::name_or_constant(bool with_namespace) {
    const Token token = stream_.next();
    const std::string_view text = token.text;
    if (text == "true" || text == "True") return make<Constant>(Value(true), token.position);
    if (text == "false" || text == "False") return make<Constant>(Value(false), token.position);
    if (text == "none" || text == "None") return make<Constant>(Value(), token.position);
    if (with_namespace && stream_.skip(TokenKind::dot))
        return make<NamespaceRef>(std::string(text), std::string(stream_.expect(TokenKind::name).text), token.position);
    return make<Name>(std::string(text), Name::Use::load, token.position);
}

Expr *Parser::string_constant() {
    const Position at = stream_.current().position;
    std::string text;
    while (stream_.is(TokenKind::string)) {
        const Token token = stream_.current();
        try {
            text += unescape(token.text);
        } catch (const TemplateError &error) {
            TokenStream::fail(error.what(), token.position);
        }
        stream_.next();
    }
    return make<Constant>(Value(std::move(text)), at);
}

Expr *Parser::number_constant() {
    const Token token = stream_.next();
    if (token.kind == TokenKind::real)
        return make<Constant>(Value(parse_float(token.text).value_or(0)), token.position);
    try {
        return make<Constant>(Value(parse_int(token.text, 0).value_or(0)), token.position);
    } catch (const TemplateError &error) {
        TokenStream::fail(error.what(), token.position, error.kind);
    }
}

Expr *Parser::list_literal() {
    auto *node = make<Sequence>(NodeKind::list, stream_.expect(TokenKind::lbracket).position);
    while (!stream_.is(TokenKind::rbracket)) {
        if (!node->items.empty()) stream_.expect(TokenKind::comma);
        if (stream_.is(TokenKind::rbracket)) break;
        node->items.push_back(expression());
    }
    stream_.expect(TokenKind::rbracket);
    return node;
}

Expr *Parser::dict_literal() {
    auto *node = make<DictLiteral>(stream_.expect(TokenKind::lbrace).position);
    while (!stream_.is(TokenKind::rbrace)) {
        if (!node->items.empty()) stream_.expect(TokenKind::comma);
        if (stream_.is(TokenKind::rbrace)) break;
        Expr *key = expression();
        stream_.expect(TokenKind::colon);
        node->items.emplace_back(key, expression());
    }
    stream_.expect(TokenKind::rbrace);
    return node;
}

bool Parser::tuple_ends(std::string_view end) const {
    if (stream_.is(TokenKind::variable_end) || stream_.is(TokenKind::block_end) || stream_.is(TokenKind::rparen))
        return true;
    return !end.empty() && stream_.is_name(end);
}

Expr *Parser::tuple(const TupleRules &rules) {
    const Position at = stream_.current().position;
    std::vector<Expr *> items;
    bool is_tuple = false;
    for (;;) {
        if (!items.empty()) stream_.expect(TokenKind::comma);
        if (tuple_ends(rules.end)) break;
        items.push_back(rules.names_only ? primary(rules.with_namespace) : expression(rules.with_conditional));
        if (!stream_.is(TokenKind::comma)) break;
        is_tuple = true;
    }
    if (!is_tuple) {
        if (!items.empty()) return items.front();
        if (!rules.parenthesized)
            TokenStream::fail("Expected an expression, got '" + describe(stream_.current()) + "'",
                              stream_.current().position);
    }
    auto *node = make<Sequence>(NodeKind::tuple, at);
    node->items = std::move(items);
    return node;
}

Expr *Parser::postfix(Expr *node) {
    for (;;) {
        if (stream_.is(TokenKind::dot) || stream_.is(TokenKind::lbracket))
            node = subscript(node);
        else if (stream_.is(TokenKind::lparen))
            node = call(node);
        else
            return node;
    }
}

Expr *Parser::filters_and_tests(Expr *node) {
    for (;;) {
        if (stream_.is(TokenKind::pipe))
            node = filter_chain(node);
        else if (stream_.is_name("is"))
            node = test(node);
        else if (stream_.is(TokenKind::lparen))
            node = call(node);
        else
            return node;
    }
}

Expr *Parser::subscript(Expr *node) {
    const Token open = stream_.next();
    if (open.kind == TokenKind::dot) {
        const Token name = stream_.next();
        if (name.kind == TokenKind::name) return make<Attribute>(node, std::string(name.text), open.position);
        if (name.kind != TokenKind::integer) TokenStream::fail("expected name or number", name.position);
        return make<Item>(node, make<Constant>(Value(parse_int(name.text, 0).value_or(0)), name.position),
                          open.position);
    }
    std::vector<Expr *> keys;
    while (!stream_.is(TokenKind::rbracket)) {
        if (!keys.empty()) stream_.expect(TokenKind::comma);
        keys.push_back(subscript_part());
    }
    stream_.expect(TokenKind::rbracket);
    if (keys.size() == 1) return make<Item>(node, keys.front(), open.position);
    auto *all = make<Sequence>(NodeKind::tuple, open.position);
    all->items = std::move(keys);
    return make<Item>(node, all, open.position);
}

// One expression, or start:stop:step with any of them left out.
Expr *Parser::subscript_part() {
    auto bound = [this]() -> Expr * {
        const bool none =
            stream_.is(TokenKind::colon) || stream_.is(TokenKind::rbracket) || stream_.is(TokenKind::comma);
        return none ? nullptr : expression();
    };
    const Position at = stream_.current().position;
    Expr *start = stream_.is(TokenKind::colon) ? nullptr : expression();
    if (!stream_.skip(TokenKind::colon)) return start;
    auto *node = make<SliceExpr>(at);
    node->start = start;
    node->stop = bound();
    if (stream_.skip(TokenKind::colon)) node->step = bound();
    return node;
}

Expr *Parser::call(Expr *callee) {
    auto *node = make<Call>(stream_.current().position);
    node->callee = callee;
    node->arguments = call_arguments();
    return node;
}

CallArguments Parser::call_arguments() {
    const Position open = stream_.expect(TokenKind::lparen).position;
    CallArguments arguments;
    for (bool first = true; !stream_.is(TokenKind::rparen); first = false) {
        if (!first) stream_.expect(TokenKind::comma);
        if (!first && stream_.is(TokenKind::rparen)) break;
        call_argument(arguments, open);
    }
    stream_.expect(TokenKind::rparen);
    return arguments;
}

void Parser::call_argument(CallArguments &arguments, Position open) {
    auto ensure = [open](bool good) {
        if (!good) TokenStream::fail("invalid syntax for function call expression", open);
    };
    if (stream_.is(TokenKind::mul)) {
        ensure(!arguments.more_positional && !arguments.more_named);
        stream_.next();
        arguments.more_positional = expression();
    } else if (stream_.is(TokenKind::pow)) {
        ensure(!arguments.more_named);
        stream_.next();
        arguments.more_named = expression();
    } else if (stream_.is(TokenKind::name) && stream_.look().kind == TokenKind::assign) {
        ensure(!arguments.more_named);
        const Position at = stream_.current().position;
        std::string name(stream_.next().text);
        for (const auto &[other, value] : arguments.named)
            if (other == name) late_problem("keyword argument repeated: " + name, at);
        stream_.next();
        arguments.named.emplace_back(std::move(name), expression());
    } else {
        ensure(!arguments.more_positional && !arguments.more_named && arguments.named.empty());
        arguments.positional.push_back(expression());
    }
}

std::string Parser::dotted_name() {
    std::string name(stream_.expect(TokenKind::name).text);
    while (stream_.skip(TokenKind::dot)) name += "." + std::string(stream_.expect(TokenKind::name).text);
    return name;
}

FilterExpr *Parser::one_filter(Expr *subject) {
    auto *node = make<FilterExpr>(NodeKind::filter, stream_.current().position);
    node->subject = subject;
    node->name = dotted_name();
    if (stream_.is(TokenKind::lparen)) node->arguments = call_arguments();
    return node;
}

// Null when no filter stands here.
FilterExpr *Parser::filter_chain(Expr *subject, bool inline_start) {
    FilterExpr *node = inline_start ? one_filter(subject) : nullptr;
    while (stream_.skip(TokenKind::pipe)) node = one_filter(node ? node : subject);
    return node;
}

Expr *Parser::test(Expr *subject) {
    auto *node = make<FilterExpr>(NodeKind::test, stream_.next().position);
    const bool negated = stream_.skip_name("not");
    node->subject = subject;
    node->name = dotted_name();
    const TokenKind kind = stream_.current().kind;
    const bool literal = kind == TokenKind::string || kind == TokenKind::integer || kind == TokenKind::real ||
                         kind == TokenKind::lbracket || kind == TokenKind::lbrace;
    if (kind == TokenKind::lparen) {
        node->arguments = call_arguments();
    } else if (literal || (kind == TokenKind::name && !stream_.is_name("else") && !stream_.is_name("or") &&
                           !stream_.is_name("and"))) {
        if (stream_.is_name("is"))
            TokenStream::fail("You cannot chain multiple tests with is", stream_.current().position);
        node->arguments.positional.push_back(postfix(primary()));
    }
    if (negated) return make<Negation>(node, node->position);
    return node;
}

}  // namespace mesh::core::jinja
