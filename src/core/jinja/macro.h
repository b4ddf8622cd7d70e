// A macro as a value: its code, and the variables around it.
#pragma once

#include "core/jinja/template.h"

namespace mesh::core::jinja {

// The variables of one running function. Values live here until the last macro defined within is gone.
class Activation : public Tracked {
public:
    Activation(std::size_t slots, Ptr<Activation> outer) : slots_(slots, Value::missing()), outer_(std::move(outer)) {}
    Value &at(Slot slot) {
        Activation *frame = this;
        for (unsigned i = 0; i < slot.out; ++i) frame = frame->outer_.get();
        return frame->slots_[slot.index];
    }
    // The places stay, so that a macro that outlives them finds its variables undefined.
    void drop_contents() override {
        std::vector<Value> fresh(slots_.size(), Value::missing());
        slots_.swap(fresh);
    }

private:
    std::vector<Value> slots_;
    Ptr<Activation> outer_;
};

// Where code runs: the same for all functions of one rendering.
struct Setting {
    Ptr<Template> source;
    Ptr<Context> context;
    Runtime runtime;
};

class Macro : public Object {
public:
    Macro(const MacroNode &node, Setting setting, Ptr<Activation> closure)
        : node_(node), setting_(std::move(setting)), closure_(std::move(closure)) {}

    std::string type_name() const override { return "Macro"; }
    std::string repr() const override;
    std::optional<Value> attribute(std::string_view name) override;
    bool callable() const override { return true; }

    // From a template: the text; return() goes on to whoever called the macro from outside.
    Value call(Arguments &arguments) override;
    // From the host, as dbt calls macros: the value given to return(), else the text.
    Value call_from_host(Arguments &arguments);

private:
    struct Result {
        Value value;
        bool returned;
    };
    Result invoke(Arguments &arguments);
    void bind_arguments(Arguments &arguments, Activation &frame) const;
    void bind_rest(Arguments &arguments, Activation &frame, bool caller_bound) const;
    std::string display_name() const;

    const MacroNode &node_;
    Setting setting_;
    Ptr<Activation> closure_;
};

}  // namespace mesh::core::jinja
