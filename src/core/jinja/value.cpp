#include "core/jinja/value.h"

#include "core/jinja/object.h"
#include "core/jinja/operators.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

std::size_t Str::length() const {
    if (length_ == std::string::npos) length_ = count_characters(text);
    return length_;
}

std::size_t Str::hash() const {
    if (hash_ == 0) hash_ = std::hash<std::string>()(text) | 1;
    return hash_;
}

const std::vector<Value> *Value::sequence() const {
    if (kind_ == Kind::list) return &list().items;
    if (kind_ == Kind::tuple) return &tuple().items;
    return nullptr;
}

bool Value::same(const Value &other) const {
    if (kind_ != other.kind_) return false;
    if (counted()) return bits_.ref == other.bits_.ref;
    return kind_ == Kind::none || kind_ == Kind::missing || bits_.integer == other.bits_.integer;
}

std::string type_name(const Value &value) {
    switch (value.kind()) {
        case Kind::missing:
        case Kind::none: return "NoneType";
        case Kind::boolean: return "bool";
        case Kind::integer: return "int";
        case Kind::real: return "float";
        case Kind::undefined: return "Undefined";
        case Kind::string: return value.str().marker == Marker::markup ? "Markup" : "str";
        case Kind::list: return "list";
        case Kind::tuple: return "tuple";
        case Kind::dict: return "dict";
        case Kind::set: return "set";
        case Kind::object: return value.object().type_name();
    }
    return "object";
}

bool truth(const Value &value) {
    switch (value.kind()) {
        case Kind::boolean: return value.boolean();
        case Kind::integer: return value.integer() != 0;
        case Kind::real: return value.real() != 0;
        case Kind::string: return !value.text().empty();
        case Kind::list:
        case Kind::tuple: return !value.sequence()->empty();
        case Kind::dict: return value.dict().size() != 0;
        case Kind::set: return value.set().members.size() != 0;
        case Kind::object: return value.object().truth();
        default: return false;
    }
}

}  // namespace mesh::core::jinja
