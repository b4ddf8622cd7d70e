#include "core/jinja/walk.h"

namespace mesh::core::jinja {

namespace {

using Visit = std::function<void(Node &)>;

void one(Node *node, const Visit &visit) {
    if (node != nullptr) visit(*node);
}

template <class T>
void all(const std::vector<T *> &nodes, const Visit &visit) {
    for (T *node : nodes) visit(*node);
}

void arguments(const CallArguments &arguments, const Visit &visit) {
    all(arguments.positional, visit);
    for (const auto &[name, value] : arguments.named) visit(*value);
    one(arguments.more_positional, visit);
    one(arguments.more_named, visit);
}

void pairs(const std::vector<std::pair<Expr *, Expr *>> &nodes, const Visit &visit) {
    for (const auto &[first, second] : nodes) {
        visit(*first);
        visit(*second);
    }
}

template <class T>
const T &as(const Node &node) {
    return static_cast<const T &>(node);
}

void expression_children(const Node &node, const Visit &visit) {
    switch (node.kind) {
        case NodeKind::tuple:
        case NodeKind::list: return all(as<Sequence>(node).items, visit);
        case NodeKind::dict: return pairs(as<DictLiteral>(node).items, visit);
        case NodeKind::conditional:
            one(as<Conditional>(node).test, visit);
            one(as<Conditional>(node).then, visit);
            return one(as<Conditional>(node).otherwise, visit);
        case NodeKind::unary: return one(as<Unary>(node).operand, visit);
        case NodeKind::binary: one(as<Binary>(node).left, visit); return one(as<Binary>(node).right, visit);
        case NodeKind::logical: one(as<Logical>(node).left, visit); return one(as<Logical>(node).right, visit);
        case NodeKind::negation: return one(as<Negation>(node).operand, visit);
        case NodeKind::compare:
            one(as<Compare>(node).first, visit);
            for (const auto &[op, operand] : as<Compare>(node).rest) visit(*operand);
            return;
        case NodeKind::concat: return all(as<Concat>(node).parts, visit);
        case NodeKind::attribute: return one(as<Attribute>(node).object, visit);
        case NodeKind::item: one(as<Item>(node).object, visit); return one(as<Item>(node).key, visit);
        case NodeKind::slice:
            one(as<SliceExpr>(node).start, visit);
            one(as<SliceExpr>(node).stop, visit);
            return one(as<SliceExpr>(node).step, visit);
        case NodeKind::call: one(as<Call>(node).callee, visit); return arguments(as<Call>(node).arguments, visit);
        case NodeKind::filter:
        case NodeKind::test:
            one(as<FilterExpr>(node).subject, visit);
            return arguments(as<FilterExpr>(node).arguments, visit);
        default: return;
    }
}

void macro_children(const MacroNode &node, const Visit &visit) {
    all(node.parameters, visit);
    all(node.defaults, visit);
    all(node.body, visit);
}

void for_children(const For &node, const Visit &visit) {
    one(node.target, visit);
    one(node.iterable, visit);
    all(node.body, visit);
    all(node.otherwise, visit);
    one(node.test, visit);
}

void if_children(const If &node, const Visit &visit) {
    one(node.test, visit);
    all(node.body, visit);
    all(node.elifs, visit);
    all(node.otherwise, visit);
}

}  // namespace

void for_each_child(const Node &node, const Visit &visit) {
    switch (node.kind) {
        case NodeKind::output: return all(as<Output>(node).parts, visit);
        case NodeKind::for_loop: return for_children(as<For>(node), visit);
        case NodeKind::if_branch: return if_children(as<If>(node), visit);
        case NodeKind::set: one(as<Assign>(node).target, visit); return one(as<Assign>(node).value, visit);
        case NodeKind::set_block:
            one(as<AssignBlock>(node).target, visit);
            one(as<AssignBlock>(node).filter, visit);
            return all(as<AssignBlock>(node).body, visit);
        case NodeKind::macro: return macro_children(as<MacroNode>(node), visit);
        case NodeKind::call_block:
            one(as<CallBlock>(node).call, visit);
            return macro_children(*as<CallBlock>(node).caller, visit);
        case NodeKind::filter_block:
            all(as<FilterBlock>(node).body, visit);
            return one(as<FilterBlock>(node).filter, visit);
        case NodeKind::with:
            for (const auto &[target, value] : as<With>(node).assignments) visit(*target);
            for (const auto &[target, value] : as<With>(node).assignments) visit(*value);
            return all(as<With>(node).body, visit);
        case NodeKind::expression: return one(as<Do>(node).expression, visit);
        case NodeKind::scope: one(as<ScopeBlock>(node).option, visit); return all(as<ScopeBlock>(node).body, visit);
        case NodeKind::unsupported: return one(as<Bare>(node).value, visit);
        default: return expression_children(node, visit);
    }
}

}  // namespace mesh::core::jinja
