#include "core/jinja/object.h"

#include "core/jinja/guard.h"

namespace mesh::core::jinja {

namespace {

class Generator : public Iterator {
public:
    Generator(std::function<bool(Value &)> next, std::string name) : next_(std::move(next)), name_(std::move(name)) {}
    std::string type_name() const override { return name_; }
    void drop_contents() override { next_ = nullptr; }

    // After its end or an error a generator yields nothing more.
    bool next(Value &value) override {
        if (!next_) return false;
        Guard::tick();
        auto step = std::exchange(next_, nullptr);
        if (!step(value)) return false;
        next_ = std::move(step);
        return true;
    }

private:
    std::function<bool(Value &)> next_;
    std::string name_;
};

std::string in_quotes(std::string_view name) {
    return "'" + std::string(name) + "'";
}

}  // namespace

Value Arguments::take(std::string_view name) {
    for (auto at = named.begin(); at != named.end(); ++at) {
        if (at->first != name) continue;
        Value value = std::move(at->second);
        named.erase(at);
        return value;
    }
    return Value::missing();
}

Value Object::call(Arguments &) {
    raise_type(in_quotes(type_name()) + " object is not callable");
}

std::string Object::format(std::string_view spec) const {
    if (spec.empty()) return str();
    raise_type("unsupported format string passed to " + type_name() + ".__format__");
}

Ptr<Iterator> make_generator(std::function<bool(Value &)> next, std::string type_name) {
    return make<Generator>(std::move(next), std::move(type_name));
}

std::vector<Value> bind(const char *function, Arguments &arguments, std::initializer_list<Parameter> parameters) {
    const std::string name = std::string(function) + "()";
    if (arguments.positional.size() > parameters.size())
        raise_type(name + " takes at most " + std::to_string(parameters.size()) + " arguments (" +
                   std::to_string(arguments.positional.size()) + " given)");
    std::vector<Value> bound = arguments.positional;
    for (const Parameter *p = parameters.begin() + bound.size(); p != parameters.end(); ++p) {
        Value value = arguments.take(p->name);
        if (value.is_missing() && !p->default_value)
            raise_type(name + " missing 1 required positional argument: " + in_quotes(p->name));
        if (value.is_missing()) value = *p->default_value;
        bound.push_back(std::move(value));
    }
    if (!arguments.named.empty())
        raise_type(name + " got an unexpected keyword argument " + in_quotes(arguments.named.front().first));
    return bound;
}

}  // namespace mesh::core::jinja
