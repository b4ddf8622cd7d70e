#include "core/jinja/macro.h"

#include "core/jinja/evaluator.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

std::string Macro::display_name() const {
    return node_.name.empty() ? "caller" : node_.name;
}

std::string Macro::repr() const {
    return "<Macro " + (node_.name.empty() ? "anonymous" : repr_text(node_.name)) + ">";
}

std::optional<Value> Macro::attribute(std::string_view name) {
    if (name == "name") return node_.name.empty() ? Value() : Value(node_.name);
    if (name == "catch_kwargs") return Value(node_.wants_kwargs);
    if (name == "catch_varargs") return Value(node_.wants_varargs);
    if (name == "caller") return Value(node_.wants_caller);
    if (name != "arguments") return std::nullopt;
    std::vector<Value> names;
    for (const Name *parameter : node_.parameters) names.emplace_back(parameter->name);
    return Value::tuple(std::move(names));
}

Value Macro::call(Arguments &arguments) {
    Result result = invoke(arguments);
    if (result.returned) throw MacroReturn(std::move(result.value));
    return std::move(result.value);
}

Value Macro::call_from_host(Arguments &arguments) {
    const Guard guard(setting_.runtime.environment->limits, &setting_.runtime.environment->interrupt);
    try {
        return invoke(arguments).value;
    } catch (MacroReturn &returned) {
        return std::move(returned.value);
    }
}

Macro::Result Macro::invoke(Arguments &arguments) {
    const Guard::Call call;
    Guard::stack();
    const Ptr<Macro> alive(this);
    auto frame = make<Activation>(node_.function.slots, closure_);
    Evaluator evaluator(setting_, *frame);
    try {
        bind_arguments(arguments, *frame);
        evaluator.enter(node_.function.scope);
        const std::size_t required = node_.parameters.size() - node_.defaults.size();
        for (std::size_t i = 0; i < node_.parameters.size(); ++i) {
            const Name &parameter = *node_.parameters[i];
            if (!frame->at(parameter.slot).is_missing()) continue;
            frame->at(parameter.slot) =
                i >= required ? evaluator.evaluate(*node_.defaults[i - required])
                              : undefined("parameter '" + parameter.name + "' was not provided", parameter.name);
        }
        Writer text(setting_.runtime.native ? Writer::Mode::native : Writer::Mode::text);
        if (evaluator.run(node_.body, text) == Flow::returned) return {evaluator.take_result(), true};
        return {Value(text.join()), false};
    } catch (TemplateError &error) {
        const Position at = evaluator.position().line ? evaluator.position() : node_.position;
        error.add_site({display_name(), setting_.source->name(), at});
        throw;
    }
}

// Positional ones first, then by name; what is left goes to varargs and kwargs or is too much.
void Macro::bind_arguments(Arguments &arguments, Activation &frame) const {
    const std::size_t count = node_.parameters.size();
    const std::size_t positional = std::min(arguments.positional.size(), count);
    bool caller_bound = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string &name = node_.parameters[i]->name;
        Value value = i < positional ? arguments.positional[i] : arguments.take(name);
        if (name == "caller" && (i >= positional || positional == count)) caller_bound = true;
        frame.at(node_.parameters[i]->slot) = std::move(value);
    }
    bind_rest(arguments, frame, caller_bound);
}

void Macro::bind_rest(Arguments &arguments, Activation &frame, bool caller_bound) const {
    if (node_.wants_caller && !caller_bound) {
        Value caller = arguments.take("caller");
        const bool none = caller.is_missing() || caller.is_none();
        frame.at(node_.caller) = none ? undefined("No caller defined", "caller") : std::move(caller);
    }
    const std::string name = node_.name.empty() ? "None" : repr_text(node_.name);
    if (node_.wants_kwargs) {
        auto rest = make<Dict>();
        for (auto &[key, value] : arguments.named) rest->set(Value(key), value);
        frame.at(node_.kwargs) = Value(rest);
    } else if (!arguments.named.empty()) {
        for (const auto &[key, value] : arguments.named)
            if (key == "caller")
                raise_type("macro " + name +
                           " was invoked with two values for the special caller argument. This is most likely a bug.");
        raise_type("macro " + name + " takes no keyword argument " + repr_text(arguments.named.front().first));
    }
    const std::size_t count = node_.parameters.size();
    if (node_.wants_varargs) {
        const auto used = static_cast<std::ptrdiff_t>(std::min(count, arguments.positional.size()));
        frame.at(node_.varargs) = Value::tuple({arguments.positional.begin() + used, arguments.positional.end()});
    } else if (arguments.positional.size() > count) {
        raise_type("macro " + name + " takes not more than " + std::to_string(count) + " argument(s)");
    }
}

}  // namespace mesh::core::jinja
