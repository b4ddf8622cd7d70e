// What rendering needs from its host: settings, and the variables.
#pragma once

#include <functional>

#include "core/jinja/guard.h"
#include "core/jinja/object.h"

namespace mesh::core::jinja {

// Shared by everything that renders with the same settings; must not change while something does.
struct Environment : Ref {
    Limits limits;
    std::function<void()> interrupt;                     // called every few thousand steps, may throw
    std::function<std::uint64_t(std::uint64_t)> random;  // a number below its argument, for |random
    bool lenient_undefined = false;                      // dbt while parsing: x.y of an undefined x is undefined
};

// The environment, and whether values are wanted rather than text (dbt's native rendering).
struct Runtime {
    Ptr<Environment> environment;
    bool native = false;
};

// Where names that a template does not store itself come from.
class Context : public Tracked {
public:
    // Sets the value and returns true when there is one. The name is a str.
    virtual bool find(const Value &name, Value &value) const = 0;
    void drop_contents() override {}
};

// A dict of variables before those of another context. Built-in names (range, dict, namespace...) come after all.
class Variables : public Context {
public:
    explicit Variables(Ptr<Dict> values = make<Dict>(), Ptr<Context> parent = nullptr)
        : values_(std::move(values)), parent_(std::move(parent)) {}
    bool find(const Value &name, Value &value) const override;
    void set(const std::string &name, Value value) { values_->set(Value(name), std::move(value)); }
    Dict &values() { return *values_; }
    void drop_contents() override;

private:
    Ptr<Dict> values_;
    Ptr<Context> parent_;
};

// dbt's return(): ends the running macro with a value. The host puts it into its context under "return".
class ReturnFunction : public Object {
public:
    std::string type_name() const override { return "function"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override;
};

// How a return travels where it was not a statement of its own; Macro::call_from_host catches it.
struct MacroReturn : std::exception {
    explicit MacroReturn(Value v) : value(std::move(v)) {}
    const char *what() const noexcept override { return "return() outside a macro"; }
    Value value;
};

}  // namespace mesh::core::jinja
