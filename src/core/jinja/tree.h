// The tree of a template. Nodes are owned by their Tree, in a flat list; pointers between them are plain.
#pragma once

#include <memory>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

struct BuiltinFilter;
struct BuiltinTest;

// Where a variable lives: in the frame of the function so many levels out, at this index.
struct Slot {
    std::uint16_t out = 0, index = 0;
};

// What happens to a variable when a scope is entered, worked out by scope.cpp.
struct Load {
    enum class Action : std::uint8_t { parameter, resolve, alias, undefined };
    Action action;
    Slot target, source;
    Value name;  // of resolve
};

struct Scope {
    std::vector<Load> loads;
};

// The variables of a function: the template's body, a macro, a call block, a recursive loop, a loop's condition.
struct FunctionLayout {
    std::size_t slots = 0;
    Scope scope;
};

enum class NodeKind : std::uint8_t {
    // expressions
    constant,
    name,
    namespace_ref,
    tuple,
    list,
    dict,
    conditional,
    unary,
    binary,
    logical,
    negation,
    compare,
    concat,
    attribute,
    item,
    slice,
    call,
    filter,
    test,
    // statements
    output,
    for_loop,
    if_branch,
    set,
    set_block,
    macro,
    call_block,
    filter_block,
    with,
    expression,
    break_loop,
    continue_loop,
    scope,
    unsupported,
};

struct Node {
    Node(NodeKind node_kind, Position at) : kind(node_kind), position(at) {}
    virtual ~Node() = default;
    const NodeKind kind;
    Position position;
};

struct Expr : Node {
    using Node::Node;
};
struct Stmt : Node {
    using Node::Node;
};
using Body = std::vector<Stmt *>;

struct Constant : Expr {
    Constant(Value v, Position at, bool data = false)
        : Expr(NodeKind::constant, at), value(std::move(v)), is_data(data) {}
    Value value;
    bool is_data;  // template text
};

struct Name : Expr {
    enum class Use : std::uint8_t { load, store, parameter };
    Name(std::string n, Use u, Position at) : Expr(NodeKind::name, at), name(std::move(n)), use(u) {}
    std::string name;
    Use use;
    Slot slot;
};

struct NamespaceRef : Expr {
    NamespaceRef(std::string n, std::string a, Position at)
        : Expr(NodeKind::namespace_ref, at), name(std::move(n)), attribute(a), key(std::move(a)) {}
    std::string name, attribute;
    Value key;
    Slot slot;
};

// tuple and list; a tuple of names can be assigned to.
struct Sequence : Expr {
    using Expr::Expr;
    std::vector<Expr *> items;
};

struct DictLiteral : Expr {
    explicit DictLiteral(Position at) : Expr(NodeKind::dict, at) {}
    std::vector<std::pair<Expr *, Expr *>> items;
};

struct Conditional : Expr {
    explicit Conditional(Position at) : Expr(NodeKind::conditional, at) {}
    Expr *test = nullptr, *then = nullptr, *otherwise = nullptr;  // otherwise may be null
};

struct Unary : Expr {
    Unary(bool minus, Expr *o, Position at) : Expr(NodeKind::unary, at), negative(minus), operand(o) {}
    bool negative;
    Expr *operand;
};

enum class Operator : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };

struct Binary : Expr {
    Binary(Operator o, Expr *l, Expr *r, Position at) : Expr(NodeKind::binary, at), op(o), left(l), right(r) {}
    Operator op;
    Expr *left, *right;
};

struct Logical : Expr {
    Logical(bool both, Expr *l, Expr *r, Position at) : Expr(NodeKind::logical, at), is_and(both), left(l), right(r) {}
    bool is_and;
    Expr *left, *right;
};

struct Negation : Expr {
    Negation(Expr *o, Position at) : Expr(NodeKind::negation, at), operand(o) {}
    Expr *operand;
};

struct Compare : Expr {
    explicit Compare(Position at) : Expr(NodeKind::compare, at) {}
    Expr *first = nullptr;
    std::vector<std::pair<std::string_view, Expr *>> rest;  // "==" ... "in", "not in"
};

struct Concat : Expr {
    explicit Concat(Position at) : Expr(NodeKind::concat, at) {}
    std::vector<Expr *> parts;
};

struct Attribute : Expr {
    Attribute(Expr *o, std::string n, Position at) : Expr(NodeKind::attribute, at), object(o), name(std::move(n)) {}
    Expr *object;
    Value name;
};

struct Item : Expr {
    Item(Expr *o, Expr *k, Position at) : Expr(NodeKind::item, at), object(o), key(k) {}
    Expr *object, *key;
};

struct SliceExpr : Expr {
    explicit SliceExpr(Position at) : Expr(NodeKind::slice, at) {}
    Expr *start = nullptr, *stop = nullptr, *step = nullptr;
};

struct CallArguments {
    std::vector<Expr *> positional;
    std::vector<std::pair<std::string, Expr *>> named;
    Expr *more_positional = nullptr, *more_named = nullptr;  // *args and **kwargs
};

struct Call : Expr {
    explicit Call(Position at) : Expr(NodeKind::call, at) {}
    Expr *callee = nullptr;
    CallArguments arguments;
};

// filter: subject | name(arguments); without a subject it works on a block's text. test: subject is name(arguments)
struct FilterExpr : Expr {
    using Expr::Expr;
    Expr *subject = nullptr;
    std::string name;
    CallArguments arguments;
    const BuiltinFilter *filter = nullptr;  // null: raises when it is evaluated
    const BuiltinTest *test = nullptr;
};

struct Output : Stmt {
    explicit Output(Position at) : Stmt(NodeKind::output, at) {}
    std::vector<Expr *> parts;
};

struct For : Stmt {
    explicit For(Position at) : Stmt(NodeKind::for_loop, at) {}
    Expr *target = nullptr, *iterable = nullptr, *test = nullptr;
    bool recursive = false, has_else = false;
    Body body, otherwise;
    // Worked out by scope.cpp.
    bool extended = false;  // the body speaks of "loop"
    Slot loop;
    Scope scope, else_scope;
    FunctionLayout function;       // of a recursive loop
    FunctionLayout test_function;  // of the condition
    Expr *test_target = nullptr;   // the target again, in the condition's variables
};

struct If : Stmt {
    explicit If(Position at) : Stmt(NodeKind::if_branch, at) {}
    Expr *test = nullptr;
    Body body, otherwise;
    std::vector<If *> elifs;
};

struct Assign : Stmt {
    explicit Assign(Position at) : Stmt(NodeKind::set, at) {}
    Expr *target = nullptr, *value = nullptr;
};

struct AssignBlock : Stmt {
    explicit AssignBlock(Position at) : Stmt(NodeKind::set_block, at) {}
    Expr *target = nullptr;
    FilterExpr *filter = nullptr;
    Body body;
    Scope scope;
};

enum class BlockKind : std::uint8_t { macro, test, materialization, docs };

// A macro, and what dbt makes of tests, materializations and docs: macros with names of their own.
// Also the function of a call block, which has no name.
struct MacroNode : Stmt {
    explicit MacroNode(Position at) : Stmt(NodeKind::macro, at) {}
    BlockKind block = BlockKind::macro;
    std::string name;      // as callers see it
    std::string own_name;  // as written after the tag
    std::string adapter;   // of a materialization: "default" unless written
    std::vector<Name *> parameters;
    std::vector<Expr *> defaults;  // of the last parameters
    Body body;
    // Worked out by scope.cpp.
    Slot slot;  // where the macro itself goes
    FunctionLayout function;
    bool wants_caller = false, wants_kwargs = false, wants_varargs = false;
    Slot caller, kwargs, varargs;
};

struct CallBlock : Stmt {
    explicit CallBlock(Position at) : Stmt(NodeKind::call_block, at) {}
    Call *call = nullptr;
    MacroNode *caller = nullptr;
};

struct FilterBlock : Stmt {
    explicit FilterBlock(Position at) : Stmt(NodeKind::filter_block, at) {}
    FilterExpr *filter = nullptr;
    Body body;
    Scope scope;
};

struct With : Stmt {
    explicit With(Position at) : Stmt(NodeKind::with, at) {}
    std::vector<std::pair<Expr *, Expr *>> assignments;
    Body body;
    Scope scope;
};

struct Do : Stmt {
    explicit Do(Position at) : Stmt(NodeKind::expression, at) {}
    Expr *expression = nullptr;
};

struct ScopeBlock : Stmt {
    explicit ScopeBlock(Position at) : Stmt(NodeKind::scope, at) {}
    Expr *option = nullptr;
    Body body;
    Scope scope;
};

// break, continue; and include, import, extends, which need a loader that dbt does not give either.
struct Bare : Stmt {
    using Stmt::Stmt;
    Expr *value = nullptr;
    std::string target;  // of an import
};

struct Tree {
    std::vector<std::unique_ptr<Node>> nodes;
    Body body;
    FunctionLayout function;
    std::vector<std::pair<std::string, Slot>> exported;  // what the body stores
    // The first error that Python finds only when all else is well: it compiles what Jinja2 makes.
    std::string late_problem;
    Position late_position;

    template <class T, class... A>
    T *make(A &&...arguments) {
        auto node = std::make_unique<T>(std::forward<A>(arguments)...);
        T *raw = node.get();
        nodes.push_back(std::move(node));
        return raw;
    }
};

}  // namespace mesh::core::jinja
