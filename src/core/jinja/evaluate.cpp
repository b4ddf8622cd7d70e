#include "core/jinja/evaluator.h"
#include "core/jinja/filters.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/walk.h"
#include "core/jinja/weight.h"

namespace mesh::core::jinja {

namespace {

template <class T>
const T &as(const Node &node) {
    return static_cast<const T &>(node);
}

// Jinja2 puts a function in the place of what is missing, and that takes no names.
[[noreturn]] void no_such(const char *what, const std::string &name, const Arguments &given) {
    if (!given.named.empty()) raise_type("got an unexpected keyword argument '" + given.named.front().first + "'");
    raise(ErrorClass::runtime, std::string("No ") + what + " named '" + name + "' found.");
}

}  // namespace

Value Evaluator::evaluate(const Expr &node) {
    Guard::stack();
    switch (node.kind) {
        case NodeKind::constant: return as<Constant>(node).value;
        case NodeKind::name: return name(as<Name>(node));
        case NodeKind::tuple:
        case NodeKind::list: return sequence(as<Sequence>(node));
        case NodeKind::dict: return dict(as<DictLiteral>(node));
        case NodeKind::conditional: return conditional(as<Conditional>(node));
        case NodeKind::unary: {
            const Value operand = evaluate(*as<Unary>(node).operand);
            position_ = node.position;
            return as<Unary>(node).negative ? negate(operand) : positive(operand);
        }
        case NodeKind::binary: return binary(as<Binary>(node));
        case NodeKind::logical: {
            Value left = evaluate(*as<Logical>(node).left);
            return truth(left) == as<Logical>(node).is_and ? evaluate(*as<Logical>(node).right) : left;
        }
        case NodeKind::negation: return Value(!truth(evaluate(*as<Negation>(node).operand)));
        case NodeKind::compare: return compare(as<Compare>(node));
        case NodeKind::concat: return concat(as<Concat>(node));
        case NodeKind::attribute: return attribute(as<Attribute>(node));
        case NodeKind::item: return item(as<Item>(node));
        case NodeKind::call: return call(as<Call>(node));
        case NodeKind::filter: return filter(as<FilterExpr>(node));
        case NodeKind::test: return test(as<FilterExpr>(node));
        case NodeKind::slice: raise_type("a slice can stand only in brackets");
        default: raise(ErrorClass::runtime, "not an expression");
    }
}

Value Evaluator::name(const Name &node) {
    const Value &value = frame_.at(node.slot);
    if (!value.is_missing()) return value;
    return undefined("'" + node.name + "' is undefined", node.name);
}

Value Evaluator::sequence(const Sequence &node) {
    std::vector<Value> items;
    items.reserve(node.items.size());
    for (const Expr *item : node.items) items.push_back(evaluate(*item));
    return node.kind == NodeKind::list ? Value(std::move(items)) : Value::tuple(std::move(items));
}

Value Evaluator::dict(const DictLiteral &node) {
    auto dict = make<Dict>();
    for (const auto &[key_node, value_node] : node.items) {
        const Value key = evaluate(*key_node);
        Value value = evaluate(*value_node);
        position_ = node.position;
        dict->set(key, std::move(value));
    }
    return Value(dict);
}

Value Evaluator::conditional(const Conditional &node) {
    if (truth(evaluate(*node.test))) return evaluate(*node.then);
    if (node.otherwise != nullptr) return evaluate(*node.otherwise);
    return undefined("the inline if-expression on line " + std::to_string(node.position.line) +
                     " evaluated to false and no else section was defined.");
}

Value Evaluator::binary(const Binary &node) {
    const Value left = evaluate(*node.left), right = evaluate(*node.right);
    position_ = node.position;
    switch (node.op) {
        case Operator::add: return add(left, right);
        case Operator::subtract: return subtract(left, right);
        case Operator::multiply: return multiply(left, right);
        case Operator::divide: return divide(left, right);
        case Operator::floor_divide: return floor_divide(left, right);
        case Operator::modulo: return modulo(left, right);
        default: return power(left, right);
    }
}

Value Evaluator::compare(const Compare &node) {
    Value left = evaluate(*node.first);
    for (const auto &[op, operand] : node.rest) {
        Value right = evaluate(*operand);
        position_ = node.position;
        const bool holds = op == "in"       ? contains(right, left)
                           : op == "not in" ? !contains(right, left)
                                            : compare_values(op, left, right);
        if (!holds) return Value(false);
        left = std::move(right);
    }
    return Value(true);
}

Value Evaluator::concat(const Concat &node) {
    std::string text;
    for (const Expr *part : node.parts) append_text(text, evaluate(*part));
    Guard::string_size(text.size());
    weigh(text.size());
    return Value(std::move(text));
}

Value Evaluator::attribute(const Attribute &node) {
    const Value object = evaluate(*node.object);
    position_ = node.position;
    return get_attribute(object, node.name, setting_.runtime);
}

Value Evaluator::item(const Item &node) {
    Value object = evaluate(*node.object);
    if (node.key->kind == NodeKind::slice) {
        const SliceExpr &bounds = as<SliceExpr>(*node.key);
        auto bound = [this](const Expr *expression) { return expression ? evaluate(*expression) : Value::missing(); };
        const Value start = bound(bounds.start), stop = bound(bounds.stop), step = bound(bounds.step);
        position_ = node.position;
        if (object.is_undefined() && setting_.runtime.environment->lenient_undefined) return object;
        return slice(object, start, stop, step);
    }
    const Value key = evaluate(*node.key);
    position_ = node.position;
    return get_item(object, key, setting_.runtime);
}

// Methods of plain values are called without making a bound method first.
Value Evaluator::call(const Call &node, const Value &caller) {
    Value callee, self;
    const Method *method = nullptr;
    if (node.callee->kind == NodeKind::attribute) {
        const Attribute &access = as<Attribute>(*node.callee);
        self = evaluate(*access.object);
        position_ = access.position;
        method = find_method(self, access.name.text());
        if (method == nullptr) callee = get_attribute(self, access.name, setting_.runtime);
    } else {
        callee = evaluate(*node.callee);
    }
    Arguments given = arguments(node.arguments);
    if (!caller.is_missing()) given.named.emplace_back("caller", caller);
    position_ = node.position;
    Guard::tick();
    return method ? method->body(self, given, setting_.runtime) : call_value(callee, given, setting_.runtime);
}

Arguments Evaluator::arguments(const CallArguments &node) {
    Arguments arguments;
    arguments.positional.reserve(node.positional.size());
    for (const Expr *value : node.positional) arguments.positional.push_back(evaluate(*value));
    for (const auto &[name, value] : node.named) arguments.named.emplace_back(name, evaluate(*value));
    if (node.more_positional != nullptr)
        for (Value &value : to_list(evaluate(*node.more_positional))) arguments.positional.push_back(std::move(value));
    if (node.more_named != nullptr) add_named(evaluate(*node.more_named), arguments);
    return arguments;
}

void Evaluator::add_named(const Value &more, Arguments &arguments) {
    if (!more.is(Kind::dict)) raise_type("argument after ** must be a mapping, not " + type_name(more));
    for (std::size_t at = 0; auto *entry = more.dict().next(at); ++at) {
        if (!entry->key.is_string()) raise_type("keywords must be strings");
        for (const auto &[name, value] : arguments.named)
            if (name == entry->key.text()) raise_type("got multiple values for keyword argument '" + name + "'");
        arguments.named.emplace_back(entry->key.text(), entry->value);
    }
}

Value Evaluator::filter(const FilterExpr &node) {
    const Value subject = node.subject ? evaluate(*node.subject) : block_text_;
    Arguments given = arguments(node.arguments);
    position_ = node.position;
    if (node.filter == nullptr) no_such("filter", node.name, given);
    Guard::tick();
    return node.filter->apply(subject, given, setting_.runtime);
}

Value Evaluator::test(const FilterExpr &node) {
    const Value subject = evaluate(*node.subject);
    Arguments given = arguments(node.arguments);
    position_ = node.position;
    if (node.test == nullptr) no_such("test", node.name, given);
    return Value(node.test->holds(subject, given, setting_.runtime));
}

namespace {

// What Python code can spell: such constants become part of the text around them.
bool has_safe_repr(const Value &value) {
    Guard::stack();
    if (value.is_string()) return value.str().marker == Marker::none || value.str().marker == Marker::markup;
    const std::vector<Value> items = value.is(Kind::dict)  ? value.dict().items()
                                     : value.is(Kind::set) ? value.set().members.keys()
                                     : value.sequence()    ? *value.sequence()
                                                           : std::vector<Value>();
    for (const Value &item : items)
        if (!has_safe_repr(item)) return false;
    return !value.is(Kind::object) && !value.is_undefined();
}

}  // namespace

bool Evaluator::foldable(const Expr &node) {
    Guard::stack();
    if (node.kind == NodeKind::name || node.kind == NodeKind::call) return false;
    if (node.kind == NodeKind::filter) {
        const FilterExpr &filter = as<FilterExpr>(node);
        if (filter.filter == nullptr || !filter.filter->foldable || filter.subject == nullptr) return false;
    }
    if (node.kind == NodeKind::test && as<FilterExpr>(node).test == nullptr) return false;
    if (node.kind == NodeKind::logical) {
        const Logical &logical = as<Logical>(node);
        if (!foldable(*logical.left)) return false;
        return truth(evaluate(*logical.left)) != logical.is_and || foldable(*logical.right);
    }
    if (node.kind == NodeKind::conditional) {
        const Conditional &choice = as<Conditional>(node);
        if (!foldable(*choice.test)) return false;
        const Expr *chosen = truth(evaluate(*choice.test)) ? choice.then : choice.otherwise;
        return chosen != nullptr && foldable(*chosen);
    }
    bool all = true;
    for_each_child(node, [&](Node &child) { all = all && foldable(static_cast<const Expr &>(child)); });
    return all;
}

std::optional<Value> Evaluator::fold(const Expr &node) {
    if (node.kind == NodeKind::constant) return as<Constant>(node).value;
    try {
        if (!foldable(node)) return std::nullopt;
        Value value = evaluate(node);
        if (has_safe_repr(value)) return value;
    } catch (const TemplateError &error) {
        // It will be raised again, in its turn, by whoever evaluates the expression.
        if (error.kind == ErrorClass::limit) throw;
    }
    return std::nullopt;
}

}  // namespace mesh::core::jinja
