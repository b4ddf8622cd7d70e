// Template source to tree. Two halves: parser.cpp the statements, parse_expression.cpp the expressions.
#pragma once

#include <initializer_list>

#include "core/jinja/lexer.h"
#include "core/jinja/tree.h"

namespace mesh::core::jinja {

// With dbt_names a macro m is called dbt_macro__m by its own template, as dbt arranges it.
struct ParseOptions {
    bool dbt_names = true;
    unsigned first_line = 1;
};

// Raises TemplateSyntaxError with its place, named by template_name. The source is a normalized one.
std::unique_ptr<Tree> parse(const std::string &source, const std::string &template_name, const ParseOptions &options);

// What both halves share: the tokens, and how to look at them.
class TokenStream {
public:
    explicit TokenStream(TokenList list) : list_(std::move(list)) { check(); }

    const Token &current() const { return list_.tokens[at_]; }
    bool is(TokenKind kind) const { return current().kind == kind; }
    bool is_name(std::string_view name) const { return is(TokenKind::name) && current().text == name; }
    const Token &look() const;
    Token next();
    bool skip(TokenKind kind);
    bool skip_name(std::string_view name);
    Token expect(TokenKind kind);
    Token expect_name(std::string_view name);
    [[noreturn]] static void fail(const std::string &message, Position at, ErrorClass kind = ErrorClass::syntax);

private:
    void check() const;  // raises when the current token is a bad one
    [[noreturn]] void fail_expected(const std::string &expected) const;

    TokenList list_;
    std::size_t at_ = 0;
};

class Parser {
public:
    Parser(const std::string &source, const ParseOptions &options);
    std::unique_ptr<Tree> run();

private:
    using Names = std::vector<std::string_view>;

    // Statements.
    Body subparse(const Names &ends);
    Body statements(const Names &ends, bool drop_end);
    Stmt *statement();
    Stmt *tag_statement(const Token &tag);
    Stmt *if_statement();
    Stmt *for_statement();
    Stmt *set_statement();
    Stmt *with_statement();
    Stmt *autoescape_statement();
    Stmt *print_statement();
    Stmt *do_statement();
    Stmt *loop_control(NodeKind kind);
    Stmt *macro_statement();
    Stmt *call_statement();
    Stmt *filter_statement();
    Stmt *test_statement(std::string_view end);
    Stmt *docs_statement();
    Stmt *materialization_statement();
    Stmt *loader_statement();
    void materialization_option(MacroNode &node, std::vector<Expr *> &languages);
    void signature(MacroNode &node);
    void type_annotation();
    Body function_body(std::string_view end);
    void late_problem(const std::string &message, Position at);
    [[noreturn]] void unknown_tag(const Token *tag, const Names *wanted);

    // Targets of assignments.
    std::string name_target();
    Expr *target(std::string_view end, bool with_namespace);
    void store(Expr *target);

    // Expressions.
    Expr *expression(bool with_conditional = true);
    Expr *conditional();
    Expr *logical_or();
    Expr *logical_and();
    Expr *logical_not();
    Expr *comparison();
    Expr *sum();
    Expr *concatenation();
    Expr *product();
    Expr *power();
    Expr *unary(bool with_filter = true);
    Expr *primary(bool with_namespace = false);
    Expr *name_or_constant(bool with_namespace);
    Expr *string_constant();
    Expr *number_constant();
    Expr *list_literal();
    Expr *dict_literal();
    Expr *postfix(Expr *node);
    Expr *filters_and_tests(Expr *node);
    Expr *subscript(Expr *node);
    Expr *subscript_part();
    Expr *call(Expr *callee);
    FilterExpr *filter_chain(Expr *subject, bool inline_start = false);
    FilterExpr *one_filter(Expr *subject);
    Expr *test(Expr *subject);
    CallArguments call_arguments();
    void call_argument(CallArguments &arguments, Position open);
    std::string dotted_name();

    struct TupleRules {
        bool names_only = false, with_conditional = true, parenthesized = false, with_namespace = false;
        std::string_view end = {};  // a name that ends the tuple
    };
    Expr *tuple(const TupleRules &rules);
    bool tuple_ends(std::string_view end) const;

    template <class T, class... A>
    T *make(A &&...arguments) {
        return tree_->make<T>(std::forward<A>(arguments)...);
    }

    TokenStream stream_;
    ParseOptions options_;
    std::unique_ptr<Tree> tree_;
    std::vector<std::string> open_tags_;
    std::vector<Names> open_ends_;
    unsigned loops_ = 0;  // around the current place, within its function
};

}  // namespace mesh::core::jinja
