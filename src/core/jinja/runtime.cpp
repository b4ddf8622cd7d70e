#include "core/jinja/runtime.h"

namespace mesh::core::jinja {

bool Variables::find(const Value &name, Value &value) const {
    if (const Value *found = values_->find(name)) {
        value = *found;
        return true;
    }
    return parent_ && parent_->find(name, value);
}

void Variables::drop_contents() {
    values_ = make<Dict>();
    parent_ = nullptr;
}

Value ReturnFunction::call(Arguments &arguments) {
    throw MacroReturn(bind("return", arguments, {{"data", Value()}}).front());
}

}  // namespace mesh::core::jinja
