#include "core/jinja/globals.h"

#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

class Range : public Object {
public:
    Range(Int start, Int step, Int count, Int stop) : start_(start), step_(step), count_(count), stop_(stop) {}

    std::string type_name() const override { return "range"; }
    bool has_items() const override { return true; }
    std::optional<Int> length() const override { return count_; }
    std::optional<Value> item(const Value &key) override {
        if (!key.is_integral()) return std::nullopt;
        const Int index = key.integer() + (key.integer() < 0 ? count_ : 0);
        if (index < 0 || index >= count_) return std::nullopt;
        return Value(at(index));
    }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "start") return Value(start_);
        if (name == "stop") return Value(stop_);
        if (name == "step") return Value(step_);
        return std::nullopt;
    }
    std::optional<Value> slice(const Value &start, const Value &stop, const Value &step) override {
        const SliceBounds bounds = slice_bounds(count_, start, stop, step);
        const Int by = static_cast<Int>(bits(step_) * bits(bounds.step));
        const Int end = static_cast<Int>(bits(at(bounds.start)) + bits(by) * bits(bounds.count));
        return Value(make<Range>(at(bounds.start), by, bounds.count, end));
    }
    std::optional<bool> contains(const Value &value) override {
        if (!value.is_integral()) return std::nullopt;
        const Int wanted = value.integer();
        if (count_ == 0 || (step_ > 0 ? wanted < start_ : wanted > start_)) return false;
        const std::uint64_t distance = step_ > 0 ? bits(wanted) - bits(start_) : bits(start_) - bits(wanted);
        const std::uint64_t by = step_ > 0 ? bits(step_) : 0 - bits(step_);
        return distance % by == 0 && distance / by < bits(count_);
    }
    Ptr<Iterator> iterate() override { return over(0, 1); }
    Ptr<Iterator> iterate_reversed() override { return over(count_ - 1, -1); }
    std::string repr() const override {
        return "range(" + std::to_string(start_) + ", " + std::to_string(stop_) +
               (step_ == 1 ? "" : ", " + std::to_string(step_)) + ")";
    }
    bool equals(const Object &other) const override {
        auto *range = dynamic_cast<const Range *>(&other);
        if (range == nullptr || range->count_ != count_) return false;
        return count_ == 0 || (range->start_ == start_ && (count_ == 1 || range->step_ == step_));
    }
    std::size_t hash() const override { return static_cast<std::size_t>(count_ == 0 ? 0 : start_ * 31 + count_); }

private:
    // Modulo 2^64, so that the way to an item may be longer than an int.
    static std::uint64_t bits(Int value) { return static_cast<std::uint64_t>(value); }
    Int at(Int index) const { return static_cast<Int>(bits(start_) + bits(index) * bits(step_)); }

    Ptr<Iterator> over(Int from, Int direction) {
        Ptr<Range> self(this);
        auto next = [self, index = from, direction, left = count_](Value &value) mutable {
            if (left-- <= 0) return false;
            value = Value(self->at(index));
            index += direction;
            return true;
        };
        return make_generator(std::move(next), "range_iterator");
    }

    Int start_, step_, count_, stop_;
};

Int range_count(Int start, Int stop, Int step) {
    if (step == 0) raise_value("range() arg 3 must not be zero");
    const bool up = step > 0;
    if (up ? stop <= start : stop >= start) return 0;
    const std::uint64_t width = up ? static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start)
                                   : static_cast<std::uint64_t>(start) - static_cast<std::uint64_t>(stop);
    const std::uint64_t by = up ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    const std::uint64_t count = (width - 1) / by + 1;
    if (count > static_cast<std::uint64_t>(INT64_MAX)) raise(ErrorClass::overflow, "range too big");
    return static_cast<Int>(count);
}

Value safe_range(Arguments &arguments) {
    constexpr Int most = 100000;
    if (!arguments.named.empty()) raise_type("range() takes no keyword arguments");
    const auto &given = arguments.positional;
    if (given.empty() || given.size() > 3)
        raise_type("range expected 1 to 3 arguments, got " + std::to_string(given.size()));
    const Int start = given.size() > 1 ? to_index(given[0]) : 0, stop = to_index(given[given.size() > 1 ? 1 : 0]);
    const Int step = given.size() > 2 ? to_index(given[2]) : 1;
    if (range_count(start, stop, step) > most)
        raise(ErrorClass::overflow, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
    return make_range(start, stop, step);
}

Value make_namespace(Arguments &arguments) {
    Value attributes = make_dict(arguments);
    return Value(make<Namespace>(Ptr<Dict>(&attributes.dict())));
}

class Cycler : public Object {
public:
    explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
    std::string type_name() const override { return "Cycler"; }
    void drop_contents() override { items_.assign(1, Value()); }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "current") return items_[place_ % items_.size()];
        if (name == "pos") return Value(static_cast<Int>(place_));
        Ptr<Cycler> self(this);
        if (name == "next") return make_function("next", [self](Arguments &) { return self->next(); });
        if (name == "reset") return make_function("reset", [self](Arguments &) { return self->place_ = 0, Value(); });
        if (name == "items") return Value::tuple(items_);
        return std::nullopt;
    }

private:
    Value next() {
        Value item = items_[place_ % items_.size()];
        place_ = (place_ + 1) % items_.size();
        return item;
    }
    std::vector<Value> items_;
    std::size_t place_ = 0;
};

Value make_cycler(Arguments &arguments) {
    if (!arguments.named.empty()) raise_type("Cycler.__init__() got an unexpected keyword argument");
    if (arguments.positional.empty()) raise(ErrorClass::runtime, "at least one item has to be provided");
    return Value(make<Cycler>(arguments.positional));
}

Value make_joiner(Arguments &arguments) {
    const Value separator = bind("joiner", arguments, {{"sep", Value(", ")}})[0];
    return make_function("joiner", [separator, used = false](Arguments &) mutable {
        return std::exchange(used, true) ? separator : Value("");
    });
}

}  // namespace

std::optional<Value> Namespace::attribute(std::string_view name) {
    const Value *found = attributes_->find(name);
    return found ? std::optional<Value>(*found) : std::nullopt;
}

bool Namespace::set_item(const Value &key, const Value &value) {
    attributes_->set(key, value);
    return true;
}

std::string Namespace::repr() const {
    return "<Namespace " + jinja::repr(Value(attributes_)) + ">";
}

Value make_range(Int start, Int stop, Int step) {
    return Value(make<Range>(start, step, range_count(start, stop, step), stop));
}

Value make_dict(Arguments &arguments) {
    Value dict(make<Dict>());
    if (arguments.positional.size() > 1)
        raise_type("dict expected at most 1 argument, got " + std::to_string(arguments.positional.size()));
    find_dict_method("update")->body(dict, arguments, {});
    return dict;
}

std::optional<Value> builtin_global(std::string_view name) {
    if (name == "range") return make_function("range", safe_range);
    if (name == "namespace") return make_function("namespace", make_namespace);
    if (name == "dict") return make_function("dict", make_dict);
    if (name == "cycler") return make_function("cycler", make_cycler);
    if (name == "joiner") return make_function("joiner", make_joiner);
    return std::nullopt;
}

}  // namespace mesh::core::jinja
