// Rows and columns of agate tables.
#include <algorithm>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

constexpr const char *type_names[] = {"Integer", "Number", "Date", "DateTime", "Boolean", "Text", "TimeDelta"};

// An object of agate's data types.
class DataType : public jinja::Object {
public:
    explicit DataType(AgateType type) : type_(type) {}
    std::string type_name() const override { return type_names[static_cast<int>(type_)]; }
    bool equals(const jinja::Object &other) const override {
        const auto *that = dynamic_cast<const DataType *>(&other);
        return that && that->type_ == type_;
    }
    std::size_t hash() const override { return static_cast<std::size_t>(type_); }
    std::optional<Value> attribute(std::string_view name) override {
        if (name != "jsonify" && name != "csvify") return std::nullopt;
        return jinja::make_function(std::string(name), [type = type_, name = std::string(name)](Arguments &a) {
            return written(type, bind(name.c_str(), a, {{"d"}})[0], name == "jsonify");
        });
    }

private:
    AgateType type_;
};

Value iso(const Value &value) {
    Arguments none;
    return value.object().attribute("isoformat")->object().call(none);
}

Value pairs(const std::vector<Value> &values, const MappedSequence::Keys &keys) {
    std::vector<Value> items;
    for (std::size_t i = 0; keys && i < keys->size() && i < values.size(); ++i)
        items.push_back(Value::tuple({(*keys)[i], values[i]}));
    return Value::tuple(std::move(items));
}

Value as_dict(const std::vector<Value> &values, const MappedSequence::Keys &keys) {
    if (!keys) raise(jinja::ErrorClass::key, "sequence has no keys");
    auto dict = jinja::make<jinja::Dict>();
    for (std::size_t i = 0; i < keys->size() && i < values.size(); ++i) dict->set((*keys)[i], values[i]);
    return Value(dict);
}

std::vector<Value> without_nulls(const std::vector<Value> &values) {
    std::vector<Value> kept;
    for (const Value &value : values)
        if (!value.is_none()) kept.push_back(value);
    return kept;
}

std::vector<Value> distinct(const std::vector<Value> &values) {
    auto seen = jinja::make<jinja::Dict>();
    for (const Value &value : values)
        if (!seen->find(value)) seen->set(value, Value());
    return seen->keys();
}

// Nulls last.
std::vector<Value> sorted(std::vector<Value> values) {
    std::stable_sort(values.begin(), values.end(), [](const Value &a, const Value &b) {
        if (a.is_none() || b.is_none()) return !a.is_none();
        return jinja::less(a, b);
    });
    return values;
}

Value fixed(const char *name, Value value) {
    return jinja::make_function(name, [value = std::move(value)](Arguments &) { return value; });
}

}  // namespace

Value written(AgateType type, const Value &value, bool as_json) {
    if (value.is_none() || (as_json && (type == AgateType::boolean || type == AgateType::integer))) return value;
    if (as_json && type == AgateType::number) return Value(jinja::parse_float(jinja::to_text(value)).value_or(0));
    const bool is_moment = type == AgateType::date || type == AgateType::datetime;
    return is_moment && value.is(jinja::Kind::object) ? iso(value) : Value(jinja::to_text(value));
}

Value agate_type_value(AgateType type) {
    return Value(jinja::make<DataType>(type));
}

const Value *MappedSequence::by_key(const Value &key) const {
    if (!keys_) return nullptr;
    for (std::size_t i = 0; i < keys_->size() && i < values_.size(); ++i)
        if (jinja::equal((*keys_)[i], key)) return &values_[i];
    return nullptr;
}

std::optional<Value> MappedSequence::attribute(std::string_view name) {
    if (name == "values") return fixed("values", Value::tuple(values_));
    if (name == "keys") return fixed("keys", keys_ ? Value::tuple(*keys_) : Value());
    if (name == "items") return fixed("items", pairs(values_, keys_));
    if (name == "dict")
        return jinja::make_function("dict", [self = jinja::Ptr<MappedSequence>(this)](Arguments &) {
            return as_dict(self->values_, self->keys_);
        });
    if (name != "get") return std::nullopt;
    return jinja::make_function("get", [self = jinja::Ptr<MappedSequence>(this)](Arguments &a) {
        const auto bound = bind("get", a, {{"key"}, {"default", Value()}});
        const Value *found = self->by_key(bound[0]);
        return found ? *found : jinja::truth(bound[1]) ? bound[1] : Value();
    });
}

std::optional<Value> MappedSequence::item(const Value &key) {
    if (!key.is(jinja::Kind::integer)) {
        const Value *found = by_key(key);
        return found ? std::optional<Value>(*found) : std::nullopt;
    }
    const auto size = static_cast<std::int64_t>(values_.size());
    const std::int64_t at = key.integer() < 0 ? key.integer() + size : key.integer();
    if (at < 0 || at >= size) return std::nullopt;
    return values_[static_cast<std::size_t>(at)];
}

std::optional<Value> MappedSequence::slice(const Value &start, const Value &stop, const Value &step) {
    return jinja::slice(Value::tuple(values_), start, stop, step);
}

jinja::Ptr<jinja::Iterator> MappedSequence::iterate() {
    return jinja::make_generator([self = jinja::Ptr<MappedSequence>(this), at = std::size_t{0}](Value &value) mutable {
        if (at >= self->values_.size()) return false;
        value = self->values_[at++];
        return true;
    });
}

std::string MappedSequence::repr() const {
    std::string out = std::string("<agate.") + type_ + ": (";
    for (std::size_t i = 0; i < values_.size() && i < 5; ++i) out += (i ? ", " : "") + jinja::repr(values_[i]);
    return out + (values_.size() > 5 ? ", ..." : "") + ")>";
}

bool MappedSequence::equals(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const MappedSequence *>(&other);
    return that && jinja::equal(Value::tuple(values_), Value::tuple(that->values_));
}

std::optional<Value> TableColumn::attribute(std::string_view name) {
    if (name == "name") return Value(name_);
    if (name == "index") return Value(static_cast<std::int64_t>(index_));
    if (name == "data_type") return agate_type_value(data_type_);
    if (name == "values_distinct") return fixed("values_distinct", Value::tuple(distinct(values_)));
    if (name == "values_without_nulls") return fixed("values_without_nulls", Value::tuple(without_nulls(values_)));
    if (name == "values_sorted") return fixed("values_sorted", Value::tuple(sorted(values_)));
    if (name == "values_without_nulls_sorted")
        return fixed("values_without_nulls_sorted", Value::tuple(sorted(without_nulls(values_))));
    return MappedSequence::attribute(name);
}

}  // namespace mesh::core::project
