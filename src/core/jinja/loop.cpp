// for loops, and what their bodies see as "loop".
#include "core/jinja/evaluator.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

class LoopObject : public Object {
public:
    using Recurse = std::function<Value(const Value &, std::int64_t)>;

    LoopObject(Ptr<Iterator> items, std::optional<Value> measured, std::int64_t depth0, Recurse recurse)
        : items_(std::move(items)), measured_(std::move(measured)), depth0_(depth0), recurse_(std::move(recurse)) {}

    bool advance(Value &value) {
        if (!after_.is_missing()) {
            value = std::exchange(after_, Value::missing());
        } else if (!items_->next(value)) {
            return false;
        }
        ++index0_;
        before_ = std::exchange(current_, value);
        return true;
    }

    std::string type_name() const override { return "LoopContext"; }
    std::optional<std::int64_t> length() const override { return const_cast<LoopObject *>(this)->count(); }
    bool truth() const override { return length().value_or(1) != 0; }
    bool callable() const override { return true; }
    std::string repr() const override {
        return "<LoopContext " + std::to_string(index0_ + 1) + "/" + std::to_string(length().value_or(0)) + ">";
    }
    void drop_contents() override {
        items_ = make_generator([](Value &) { return false; });
        current_ = before_ = after_ = Value::missing();
        measured_.reset();
        recurse_ = nullptr;
    }

    Value call(Arguments &arguments) override {
        const Value iterable = bind("loop", arguments, {{"iterable"}})[0];
        if (!recurse_) raise_type("The loop must have the 'recursive' marker to be called recursively.");
        return recurse_(iterable, depth0_ + 1);
    }

    std::optional<Value> attribute(std::string_view name) override {
        if (name == "index") return Value(index0_ + 1);
        if (name == "index0") return Value(index0_);
        if (name == "first") return Value(index0_ == 0);
        if (name == "last") return Value(peek().is_missing());
        if (name == "length") return Value(count());
        if (name == "revindex") return Value(count() - index0_);
        if (name == "revindex0") return Value(count() - index0_ - 1);
        if (name == "depth") return Value(depth0_ + 1);
        if (name == "depth0") return Value(depth0_);
        if (name == "previtem") return index0_ == 0 ? undefined("there is no previous item") : before_;
        if (name == "nextitem") return peek().is_missing() ? undefined("there is no next item") : after_;
        Ptr<LoopObject> self(this);
        if (name == "cycle")
            return make_function("cycle", [self](Arguments &arguments) { return self->cycle(arguments); });
        if (name == "changed")
            return make_function("changed", [self](Arguments &arguments) { return self->changed(arguments); });
        return std::nullopt;
    }

private:
    const Value &peek() {
        if (after_.is_missing()) {
            Value next;
            if (items_->next(next)) after_ = std::move(next);
        }
        return after_;
    }

    // What has no length is read to its end, and goes on from what was read.
    std::int64_t count() {
        if (length_ >= 0) return length_;
        if (measured_)
            if (auto size = length_of(*measured_)) return length_ = *size;
        std::vector<Value> rest = to_list(Value(items_));
        length_ = static_cast<std::int64_t>(rest.size()) + index0_ + 1 + (after_.is_missing() ? 0 : 1);
        items_ = jinja::iterate(Value(std::move(rest)));
        return length_;
    }

    Value cycle(Arguments &arguments) const {
        if (arguments.positional.empty()) raise_type("no items for cycling given");
        return arguments.positional[static_cast<std::size_t>(index0_) % arguments.positional.size()];
    }

    Value changed(Arguments &arguments) {
        const Value now = Value::tuple(arguments.positional);
        if (!last_changed_.is_missing() && equal(last_changed_, now)) return Value(false);
        last_changed_ = now;
        return Value(true);
    }

    Ptr<Iterator> items_;
    std::optional<Value> measured_;
    std::int64_t depth0_, index0_ = -1, length_ = -1;
    Recurse recurse_;
    Value current_ = Value::missing(), before_ = Value::missing(), after_ = Value::missing(),
          last_changed_ = Value::missing();
};

namespace {

// Keeps a function's variables alive, and what the code in it needs.
struct Inner {
    Inner(const Setting &outer, const FunctionLayout &layout, Activation &closure)
        : setting(outer),
          frame(make<Activation>(layout.slots, Ptr<Activation>(&closure))),
          evaluator(setting, *frame) {}
    Setting setting;
    Ptr<Activation> frame;
    Evaluator evaluator;
};

}  // namespace

// The value that was assigned, put together again from its parts: a tuple, whatever it was before.
Value Evaluator::read_target(const Expr &target) {
    if (target.kind == NodeKind::name) return frame_.at(static_cast<const Name &>(target).slot);
    std::vector<Value> items;
    for (const Expr *item : static_cast<const Sequence &>(target).items) items.push_back(read_target(*item));
    return Value::tuple(std::move(items));
}

// The items for which the condition holds, asked for one at a time.
Ptr<Iterator> Evaluator::filtered(const For &node, const Ptr<Iterator> &items) {
    auto inner = std::make_shared<Inner>(setting_, node.test_function, frame_);
    auto next = [&node, inner, items, entered = false](Value &value) mutable {
        if (!std::exchange(entered, true)) inner->evaluator.enter(node.test_function.scope);
        while (items->next(value)) {
            inner->evaluator.assign(*node.test_target, value);
            if (!truth(inner->evaluator.evaluate(*node.test))) continue;
            value = inner->evaluator.read_target(*node.test_target);
            return true;
        }
        return false;
    };
    return make_generator(std::move(next));
}

Flow Evaluator::loop(const For &node, Writer &writer) {
    const Value iterable = evaluate(*node.iterable);
    position_ = node.position;
    if (node.recursive) {
        writer.unconverted(Value(run_recursive(node, iterable, 0)));
        return Flow::normal;
    }
    Ptr<Iterator> items = iterate(iterable);
    if (node.test != nullptr) items = filtered(node, items);
    if (!node.extended) return loop_over(node, *items, nullptr, writer);
    auto object = make<LoopObject>(items, node.test ? std::nullopt : std::optional<Value>(iterable), 0, nullptr);
    return loop_over(node, *items, object.get(), writer);
}

// The else part runs when no round came to its end.
Flow Evaluator::loop_over(const For &node, Iterator &items, LoopObject *object, Writer &writer) {
    bool completed = false;
    Flow flow = Flow::normal;
    for (Value item; object ? object->advance(item) : items.next(item);) {
        assign(*node.target, item);
        if (object != nullptr) frame_.at(node.loop) = Value(Ptr<LoopObject>(object));
        enter(node.scope);
        flow = run(node.body, writer);
        if (flow == Flow::broken || flow == Flow::returned) break;
        completed = completed || flow == Flow::normal;
        position_ = node.position;
    }
    leave(node.scope);
    if (flow == Flow::returned) return flow;
    if (!node.has_else || completed) return Flow::normal;
    enter(node.else_scope);
    flow = run(node.otherwise, writer);
    leave(node.else_scope);
    return flow;
}

std::string Evaluator::run_recursive(const For &node, const Value &iterable, std::int64_t depth) {
    Guard::Call call;
    Inner inner(setting_, node.function, frame_);
    Ptr<Iterator> items = iterate(iterable);
    if (node.test != nullptr) items = filtered(node, items);
    LoopObject::Recurse recurse = [&node, setting = setting_, outer = Ptr<Activation>(&frame_)](const Value &next,
                                                                                                std::int64_t level) {
        return Value(Evaluator(setting, *outer).run_recursive(node, next, level));
    };
    auto object =
        make<LoopObject>(items, node.test ? std::nullopt : std::optional<Value>(iterable), depth, std::move(recurse));
    Writer text = buffer();
    if (inner.evaluator.loop_over(node, *items, object.get(), text) == Flow::returned)
        throw MacroReturn(inner.evaluator.take_result());
    return text.join();
}

}  // namespace mesh::core::jinja
