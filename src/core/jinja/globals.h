// The names that every template knows: range, dict, namespace, cycler, joiner.
#pragma once

#include "core/jinja/runtime.h"

namespace mesh::core::jinja {

// nullopt when there is no such name.
std::optional<Value> builtin_global(std::string_view name);

// What {% set ns.x = ... %} may assign to.
class Namespace : public Object {
public:
    explicit Namespace(Ptr<Dict> attributes) : attributes_(std::move(attributes)) {}
    std::string type_name() const override { return "Namespace"; }
    std::optional<Value> attribute(std::string_view name) override;
    bool set_item(const Value &key, const Value &value) override;
    std::string repr() const override;
    void drop_contents() override { attributes_ = make<Dict>(); }

private:
    Ptr<Dict> attributes_;
};

// range(start, stop, step) without the sandbox's limit, for the host. Raises ValueError for a step of 0.
Value make_range(std::int64_t start, std::int64_t stop, std::int64_t step);

// dict(*arguments): of nothing, a mapping, or pairs; names are added.
Value make_dict(Arguments &arguments);

}  // namespace mesh::core::jinja
