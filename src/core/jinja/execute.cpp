#include "core/jinja/evaluator.h"
#include "core/jinja/filters.h"
#include "core/jinja/globals.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

template <class T>
const T &as(const Node &node) {
    return static_cast<const T &>(node);
}

}  // namespace

void Evaluator::enter(const Scope &scope) {
    for (const Load &load : scope.loads) {
        Value &target = frame_.at(load.target);
        switch (load.action) {
            case Load::Action::parameter: break;
            case Load::Action::alias: target = Value(frame_.at(load.source)); break;
            case Load::Action::undefined: target = Value::missing(); break;
            case Load::Action::resolve: {
                Value found = Value::missing();
                if (!setting_.context->find(load.name, found))
                    if (auto global = builtin_global(load.name.text())) found = std::move(*global);
                frame_.at(load.target) = std::move(found);
            }
        }
    }
}

void Evaluator::leave(const Scope &scope) {
    for (const Load &load : scope.loads) frame_.at(load.target) = Value::missing();
}

Flow Evaluator::run(const Body &body, Writer &writer) {
    for (const Stmt *statement : body) {
        const Flow flow = execute(*statement, writer);
        if (flow != Flow::normal) return flow;
    }
    return Flow::normal;
}

Flow Evaluator::execute(const Stmt &node, Writer &writer) {
    Guard::step();
    switch (node.kind) {
        case NodeKind::output:
            return writer.native() ? native_output(as<Output>(node), writer) : output(as<Output>(node), writer);
        case NodeKind::if_branch: return branch(as<If>(node), writer);
        case NodeKind::for_loop: return loop(as<For>(node), writer);
        case NodeKind::set: {
            const Assign &set = as<Assign>(node);
            check_namespaces(*set.target);
            assign(*set.target, evaluate(*set.value));
            return Flow::normal;
        }
        case NodeKind::set_block: return assign_block(as<AssignBlock>(node));
        case NodeKind::macro:
            frame_.at(as<MacroNode>(node).slot) =
                Value(make<Macro>(as<MacroNode>(node), setting_, Ptr<Activation>(&frame_)));
            return Flow::normal;
        case NodeKind::call_block: return call_block(as<CallBlock>(node), writer);
        case NodeKind::filter_block: return filter_block(as<FilterBlock>(node), writer);
        case NodeKind::with: return with(as<With>(node), writer);
        case NodeKind::expression: {
            const Expr &expression = *as<Do>(node).expression;
            if (is_return(expression)) return take_return(as<Call>(expression));
            evaluate(expression);
            return Flow::normal;
        }
        case NodeKind::break_loop: return Flow::broken;
        case NodeKind::continue_loop: return Flow::continued;
        case NodeKind::scope: return scope_block(as<ScopeBlock>(node), writer);
        default:
            evaluate(*as<Bare>(node).value);
            position_ = node.position;
            raise_type("no loader for this environment specified");
    }
}

// return(x) as a statement of its own ends the macro without an exception: it is on the road of nearly every dbt macro.
bool Evaluator::is_return(const Expr &node) {
    if (node.kind != NodeKind::call || as<Call>(node).callee->kind != NodeKind::name) return false;
    const Value &callee = frame_.at(as<Name>(*as<Call>(node).callee).slot);
    return callee.is(Kind::object) && dynamic_cast<ReturnFunction *>(&callee.object()) != nullptr;
}

Flow Evaluator::take_return(const Call &node) {
    Arguments given = arguments(node.arguments);
    position_ = node.position;
    result_ = bind("return", given, {{"data", Value()}}).front();
    return Flow::returned;
}

Flow Evaluator::output(const Output &node, Writer &writer) {
    for (const Expr *part : node.parts) {
        if (part->kind == NodeKind::constant && as<Constant>(*part).is_data) {
            writer.data(as<Constant>(*part).value.text());
            continue;
        }
        if (is_return(*part)) return take_return(as<Call>(*part));
        const Value value = evaluate(*part);
        position_ = part->position;
        const bool escapes = autoescape_ && !(value.is_string() && value.str().marker == Marker::markup);
        writer.value(escapes ? Value(escape_html(to_text(value))) : value);
    }
    return Flow::normal;
}

// Neighbouring constants are one piece of text.
Flow Evaluator::native_output(const Output &node, Writer &writer) {
    std::string constant;
    bool pending = false;
    auto flush = [&] {
        if (std::exchange(pending, false)) writer.data(std::exchange(constant, ""));
    };
    for (const Expr *part : node.parts) {
        if (auto value = fold(*part)) {
            append_text(constant, *value);
            pending = true;
            continue;
        }
        flush();
        if (is_return(*part)) return take_return(as<Call>(*part));
        writer.value(evaluate(*part));
    }
    flush();
    return Flow::normal;
}

Flow Evaluator::branch(const If &node, Writer &writer) {
    if (truth(evaluate(*node.test))) return run(node.body, writer);
    for (const If *elif : node.elifs)
        if (truth(evaluate(*elif->test))) return run(elif->body, writer);
    return run(node.otherwise, writer);
}

void Evaluator::check_namespaces(const Expr &target) {
    if (target.kind == NodeKind::tuple)
        for (const Expr *item : as<Sequence>(target).items) check_namespaces(*item);
    if (target.kind != NodeKind::namespace_ref) return;
    position_ = target.position;
    if (frame_.at(as<NamespaceRef>(target).slot).object_as<Namespace>() == nullptr)
        raise(ErrorClass::runtime, "cannot assign attribute on non-namespace object");
}

namespace {

void set_item(const Value &object, const Value &key, const Value &value) {
    if (object.is(Kind::dict)) return object.dict().set(key, value);
    if (object.is(Kind::object) && object.object().set_item(key, value)) return;
    raise_type("'" + type_name(object) + "' object does not support item assignment");
}

std::vector<Value> unpack(const Value &value, std::size_t count) {
    if (!is_iterable(value)) raise_type("cannot unpack non-iterable " + type_name(value) + " object");
    std::vector<Value> items;
    Ptr<Iterator> iterator = iterate(value);
    for (Value item; items.size() <= count && iterator->next(item);) items.push_back(std::move(item));
    const std::string expected = " values to unpack (expected " + std::to_string(count);
    if (items.size() > count) raise_value("too many" + expected + ")");
    if (items.size() < count) raise_value("not enough" + expected + ", got " + std::to_string(items.size()) + ")");
    return items;
}

}  // namespace

void Evaluator::assign(const Expr &target, const Value &value) {
    if (target.kind == NodeKind::name) {
        frame_.at(as<Name>(target).slot) = value;
        return;
    }
    position_ = target.position;
    if (target.kind == NodeKind::namespace_ref)
        return set_item(frame_.at(as<NamespaceRef>(target).slot), as<NamespaceRef>(target).key, value);
    const std::vector<Expr *> &targets = as<Sequence>(target).items;
    const std::vector<Value> items = unpack(value, targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) assign(*targets[i], items[i]);
}

Flow Evaluator::assign_block(const AssignBlock &node) {
    enter(node.scope);
    Writer text = buffer();
    const Flow flow = run(node.body, text);
    if (flow != Flow::normal) return flow;
    position_ = node.position;
    Value value(text.join());
    if (node.filter != nullptr) {
        std::swap(block_text_, value);
        Value result = evaluate(*node.filter);
        block_text_ = std::exchange(value, std::move(result));
    }
    assign(*node.target, value);
    leave(node.scope);
    return Flow::normal;
}

Flow Evaluator::filter_block(const FilterBlock &node, Writer &writer) {
    enter(node.scope);
    Writer text = buffer();
    const Flow flow = run(node.body, text);
    if (flow != Flow::normal) return flow;
    position_ = node.position;
    Value outer = std::exchange(block_text_, Value(text.join()));
    writer.unconverted(evaluate(*node.filter));
    block_text_ = std::move(outer);
    leave(node.scope);
    return Flow::normal;
}

Flow Evaluator::with(const With &node, Writer &writer) {
    enter(node.scope);
    for (const auto &[target, value] : node.assignments) assign(*target, evaluate(*value));
    const Flow flow = run(node.body, writer);
    leave(node.scope);
    return flow;
}

Flow Evaluator::scope_block(const ScopeBlock &node, Writer &writer) {
    enter(node.scope);
    const bool outer = std::exchange(autoescape_, truth(evaluate(*node.option)));
    const Flow flow = run(node.body, writer);
    autoescape_ = outer;
    leave(node.scope);
    return flow;
}

Flow Evaluator::call_block(const CallBlock &node, Writer &writer) {
    const Value caller(make<Macro>(*node.caller, setting_, Ptr<Activation>(&frame_)));
    writer.unconverted(call(*node.call, caller));
    return Flow::normal;
}

}  // namespace mesh::core::jinja
