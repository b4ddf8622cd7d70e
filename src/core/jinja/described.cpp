#include "core/jinja/described.h"

#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

template <class T>
const T &as(const Expr &node) {
    return static_cast<const T &>(node);
}

std::string optional(const Expr *node) {
    return node == nullptr ? "None" : described(*node);
}

std::string list(const std::vector<std::string> &parts) {
    std::string out = "[";
    for (const std::string &part : parts) out += (out.size() > 1 ? ", " : "") + part;
    return out + "]";
}

std::string all(const std::vector<Expr *> &nodes) {
    std::vector<std::string> parts;
    for (const Expr *node : nodes) parts.push_back(described(*node));
    return list(parts);
}

std::string arguments(const CallArguments &given) {
    std::vector<std::string> named;
    for (const auto &[name, value] : given.named) named.push_back(described_keyword(name, *value));
    return "args=" + all(given.positional) + ", kwargs=" + list(named) + ", dyn_args=" + optional(given.more_positional) + ", dyn_kwargs=" + optional(given.more_named) + ")";
}

std::string pairs(const DictLiteral &node) {
    std::vector<std::string> parts;
    for (const auto &[key, value] : node.items) parts.push_back("Pair(key=" + described(*key) + ", value=" + described(*value) + ")");
    return list(parts);
}

std::string operands(const Compare &node) {
    static const std::pair<std::string_view, const char *> names[] = {{"==", "eq"}, {"!=", "ne"}, {">", "gt"}, {">=", "gteq"}, {"<", "lt"}, {"<=", "lteq"}, {"in", "in"}, {"not in", "notin"}};
    std::vector<std::string> parts;
    for (const auto &[written, right] : node.rest)
        for (const auto &[op, name] : names)
            if (op == written) parts.push_back("Operand(op='" + std::string(name) + "', expr=" + described(*right) + ")");
    return list(parts);
}

const char *name_of(Operator op) {
    switch (op) {
        case Operator::add: return "Add";
        case Operator::subtract: return "Sub";
        case Operator::multiply: return "Mul";
        case Operator::divide: return "Div";
        case Operator::floor_divide: return "FloorDiv";
        case Operator::modulo: return "Mod";
        case Operator::power: return "Pow";
    }
    return "";
}

std::string two(const char *name, const Expr &left, const Expr &right) {
    return std::string(name) + "(left=" + described(left) + ", right=" + described(right) + ")";
}

std::string conditional(const Conditional &node) {
    return "CondExpr(test=" + described(*node.test) + ", expr1=" + described(*node.then) + ", expr2=" + optional(node.otherwise) + ")";
}

std::string slice(const SliceExpr &node) {
    return "Slice(start=" + optional(node.start) + ", stop=" + optional(node.stop) + ", step=" + optional(node.step) + ")";
}

std::string filter(const char *name, const FilterExpr &node) {
    return std::string(name) + "(node=" + optional(node.subject) + ", name=" + repr_text(node.name) + ", " + arguments(node.arguments);
}

}  // namespace

std::string described(const Expr &e) {
    switch (e.kind) {
        case NodeKind::constant: return "Const(value=" + repr(as<Constant>(e).value) + ")";
        case NodeKind::name: return "Name(name=" + repr_text(as<Name>(e).name) + ", ctx='load')";
        case NodeKind::tuple: return "Tuple(items=" + all(as<Sequence>(e).items) + ", ctx='load')";
        case NodeKind::list: return "List(items=" + all(as<Sequence>(e).items) + ")";
        case NodeKind::dict: return "Dict(items=" + pairs(as<DictLiteral>(e)) + ")";
        case NodeKind::conditional: return conditional(as<Conditional>(e));
        case NodeKind::unary: return std::string(as<Unary>(e).negative ? "Neg" : "Pos") + "(node=" + described(*as<Unary>(e).operand) + ")";
        case NodeKind::binary: return two(name_of(as<Binary>(e).op), *as<Binary>(e).left, *as<Binary>(e).right);
        case NodeKind::logical: return two(as<Logical>(e).is_and ? "And" : "Or", *as<Logical>(e).left, *as<Logical>(e).right);
        case NodeKind::negation: return "Not(node=" + described(*as<Negation>(e).operand) + ")";
        case NodeKind::compare: return "Compare(expr=" + described(*as<Compare>(e).first) + ", ops=" + operands(as<Compare>(e)) + ")";
        case NodeKind::concat: return "Concat(nodes=" + all(as<Concat>(e).parts) + ")";
        case NodeKind::attribute: return "Getattr(node=" + described(*as<Attribute>(e).object) + ", attr=" + repr(as<Attribute>(e).name) + ", ctx='load')";
        case NodeKind::item: return "Getitem(node=" + described(*as<Item>(e).object) + ", arg=" + described(*as<Item>(e).key) + ", ctx='load')";
        case NodeKind::slice: return slice(as<SliceExpr>(e));
        case NodeKind::call: return "Call(node=" + described(*as<Call>(e).callee) + ", " + arguments(as<Call>(e).arguments);
        case NodeKind::filter: return filter("Filter", as<FilterExpr>(e));
        case NodeKind::test: return filter("Test", as<FilterExpr>(e));
        default: return "None";
    }
}

std::string described_keyword(const std::string &name, const Expr &value) {
    return "Keyword(key=" + repr_text(name) + ", value=" + described(value) + ")";
}

}  // namespace mesh::core::jinja
