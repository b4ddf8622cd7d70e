#include "core/project/column.h"

#include <algorithm>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

bool one_of(const std::string &type, std::initializer_list<const char *> types) {
    const std::string low = lowered(type);
    return std::any_of(types.begin(), types.end(), [&](const char *one) { return low == one; });
}

std::string string_type(const std::string &size) {
    return "character varying(" + size + ")";
}

std::string numeric_type(const std::string &type, const Value &precision, const Value &scale) {
    if (precision.is_none() || scale.is_none()) return type;
    return type + "(" + jinja::to_text(precision) + "," + jinja::to_text(scale) + ")";
}

long parse_size(const std::string &raw, const std::string &part) {
    if (auto number = jinja::parse_int(part)) return static_cast<long>(*number);
    raise(jinja::ErrorClass::compilation,
          "Could not interpret data_type \"" + raw + "\": could not convert \"" + part + "\" to an integer");
}

// "character varying(20)", "numeric(10,2)"
Value from_description(const std::string &name, const std::string &raw) {
    const std::size_t open = raw.find('(');
    auto column = jinja::make<Column>(name, raw.substr(0, open));
    const std::size_t close = open == std::string::npos ? open : raw.find(')', open);
    if (close == std::string::npos) return Value(column);
    const std::string inner = raw.substr(open + 1, close - open - 1);
    const std::size_t comma = inner.find(',');
    if (comma == std::string::npos) {
        column->char_size = parse_size(raw, inner);
    } else {
        column->precision = Value(static_cast<std::int64_t>(parse_size(raw, inner.substr(0, comma))));
        column->scale = Value(static_cast<std::int64_t>(parse_size(raw, inner.substr(comma + 1))));
    }
    return Value(column);
}

Value construct(Arguments &arguments) {
    const auto bound = bind("Column", arguments,
                            {{"column"}, {"dtype"}, {"char_size", Value()}, {"numeric_precision", Value()}, {"numeric_scale", Value()}});
    auto column = jinja::make<Column>(jinja::to_text(bound[0]), jinja::to_text(bound[1]));
    if (bound[2].is_integral()) column->char_size = static_cast<long>(bound[2].integer());
    column->precision = bound[3];
    column->scale = bound[4];
    return Value(column);
}

std::optional<Value> class_method(std::string_view name) {
    if (name == "translate_type")
        return jinja::make_function("translate_type", [](Arguments &a) {
            return Value(translate_type(jinja::to_text(bind("translate_type", a, {{"dtype"}})[0])));
        });
    if (name == "create")
        return jinja::make_function("create", [](Arguments &a) {
            const auto bound = bind("create", a, {{"name"}, {"label_or_dtype"}});
            return make_column(jinja::to_text(bound[0]), translate_type(jinja::to_text(bound[1])));
        });
    if (name == "string_type")
        return jinja::make_function("string_type", [](Arguments &a) {
            return Value(string_type(jinja::to_text(bind("string_type", a, {{"size"}})[0])));
        });
    if (name == "numeric_type")
        return jinja::make_function("numeric_type", [](Arguments &a) {
            const auto bound = bind("numeric_type", a, {{"dtype"}, {"precision"}, {"scale"}});
            return Value(numeric_type(jinja::to_text(bound[0]), bound[1], bound[2]));
        });
    if (name == "from_description")
        return jinja::make_function("from_description", [](Arguments &a) {
            const auto bound = bind("from_description", a, {{"name"}, {"raw_data_type"}});
            return from_description(jinja::to_text(bound[0]), jinja::to_text(bound[1]));
        });
    return std::nullopt;
}

class ColumnClass : public jinja::Object {
public:
    std::string type_name() const override { return "type"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override { return construct(arguments); }
    std::optional<Value> attribute(std::string_view name) override { return class_method(name); }
};

}  // namespace

std::string translate_type(const std::string &type) {
    return lowered(type) == "string" ? "TEXT" : type;
}

bool Column::is_string() const {
    return one_of(dtype, {"text", "character varying", "character", "varchar"});
}

bool Column::is_numeric() const {
    return one_of(dtype, {"numeric", "decimal"});
}

bool Column::is_float() const {
    return one_of(dtype, {"real", "float4", "float", "double precision", "float8", "double"});
}

bool Column::is_integer() const {
    return one_of(dtype, {"smallint", "integer", "bigint", "smallserial", "serial", "bigserial", "int2", "int4", "int8",
                          "serial2", "serial4", "serial8"});
}

long Column::string_size() const {
    if (!is_string()) raise(jinja::ErrorClass::compilation, "Called string_size() on non-string field!");
    return dtype == "text" || !char_size ? 256 : *char_size;
}

std::string Column::repr() const {
    const std::string size = char_size ? std::to_string(*char_size) : "None";
    return "PostgresColumn(column=" + jinja::repr_text(name) + ", dtype=" + jinja::repr_text(dtype) + ", char_size=" + size +
           ", numeric_precision=" + jinja::repr(precision) + ", numeric_scale=" + jinja::repr(scale) + ")";
}

std::string Column::data_type() const {
    if (one_of(dtype, {"text"}) || (one_of(dtype, {"character varying"}) && !char_size)) return dtype;
    if (is_string()) return string_type(std::to_string(string_size()));
    return is_numeric() ? numeric_type(dtype, precision, scale) : dtype;
}

bool Column::equals(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const Column *>(&other);
    return that && name == that->name && dtype == that->dtype && char_size == that->char_size &&
           jinja::equal(precision, that->precision) && jinja::equal(scale, that->scale);
}

std::optional<Value> Column::attribute(std::string_view wanted) {
    if (wanted == "name" || wanted == "column") return Value(name);
    if (wanted == "dtype") return Value(dtype);
    if (wanted == "quoted") return Value('"' + name + '"');
    if (wanted == "data_type" || wanted == "expanded_data_type") return Value(data_type());
    if (wanted == "char_size") return char_size ? Value(static_cast<std::int64_t>(*char_size)) : Value();
    if (wanted == "numeric_precision") return precision;
    if (wanted == "numeric_scale") return scale;
    if (auto found = method(wanted)) return found;
    return class_method(wanted);
}

std::optional<Value> Column::method(std::string_view wanted) {
    const jinja::Ptr<Column> self(this);
    const auto constant = [&](const char *called, Value value) {
        return jinja::make_function(called, [value](Arguments &) { return value; });
    };
    if (wanted == "is_string") return constant("is_string", Value(is_string()));
    if (wanted == "is_numeric") return constant("is_numeric", Value(is_numeric()));
    if (wanted == "is_integer") return constant("is_integer", Value(is_integer()));
    if (wanted == "is_float") return constant("is_float", Value(is_float()));
    if (wanted == "is_number") return constant("is_number", Value(is_integer() || is_numeric() || is_float()));
    if (wanted == "string_size")
        return jinja::make_function("string_size", [self](Arguments &) {
            return Value(static_cast<std::int64_t>(self->string_size()));
        });
    if (wanted == "literal")
        return jinja::make_function("literal", [self](Arguments &a) {
            return Value(jinja::to_text(bind("literal", a, {{"value"}})[0]) + "::" + self->data_type());
        });
    if (wanted == "can_expand_to")
        return jinja::make_function("can_expand_to", [self](Arguments &a) {
            const Value bound = bind("can_expand_to", a, {{"other_column"}})[0];
            const auto *other = bound.object_as<Column>();
            return Value(other && self->is_string() && other->is_string() && other->string_size() > self->string_size());
        });
    return std::nullopt;
}

Value make_column(const DatabaseColumn &source) {
    auto column = jinja::make<Column>(source.name, source.data_type);
    column->char_size = source.character_maximum_length;
    if (source.numeric_precision) column->precision = Value(static_cast<std::int64_t>(*source.numeric_precision));
    if (source.numeric_scale) column->scale = Value(static_cast<std::int64_t>(*source.numeric_scale));
    return Value(column);
}

Value make_column(const std::string &name, const std::string &type) {
    return Value(jinja::make<Column>(name, type));
}

Value make_column_class() {
    return Value(jinja::make<ColumnClass>());
}

}  // namespace mesh::core::project
