#include "core/project/agate.h"

#include <algorithm>
#include <cmath>

#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/base_context.h"
#include "core/project/decimal.h"
#include "core/project/pg_array.h"
#include "core/project/python_datetime.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

thread_local std::function<void(const std::string &)> table_printer;

bool one_of(std::string_view type, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), type) != names.end();
}

// Python's json of a value that psycopg2 gave as a list or dict.
Value json_text(const std::string &text) {
    const auto value = jinja::from_json(text);
    if (!value) return Value(text);
    const bool container = value->is(jinja::Kind::dict) || value->is(jinja::Kind::list);
    return container ? Value(jinja::to_json(*value)) : *value;
}

// One field as psycopg2 reads it by its type.
Value read_field(const std::string &type, const std::string &text) {
    const std::string_view base = std::string_view(type).substr(0, type.find('('));
    if (one_of(type, {"integer", "bigint", "smallint", "oid"})) {
        if (auto number = jinja::parse_int(text)) return Value(*number);
    } else if (base == "numeric") {
        if (auto number = Decimal::parse(text)) return *number;
    } else if (type == "double precision" || type == "real") {  // "2" is 2.0, as Python's float prints
        const auto number = jinja::parse_float(text);
        if (number && std::isfinite(*number)) return *Decimal::parse(jinja::float_text(*number));
    } else if (type == "boolean") {
        return Value(text == "t" || text == "true");
    } else if (type == "date") {
        return read_date(text).value_or(Value(text));
    } else if (type.starts_with("timestamp")) {
        return read_timestamp(text).value_or(Value(text));
    } else if (type.starts_with("time")) {
        return read_time(text).value_or(Value(text));
    } else if (type.starts_with("interval")) {
        return read_interval(text).value_or(Value(text));
    } else if (type == "json" || type == "jsonb") {
        return json_text(text);
    } else if (type.ends_with("[]")) {
        return Value(jinja::to_json(read_array(text, type.substr(0, type.size() - 2))));
    }
    return Value(text);
}

bool fits(AgateType type, const Value &value) {
    if (value.is_none()) return true;
    switch (type) {
        case AgateType::integer: return value.is(jinja::Kind::integer);
        case AgateType::number: return value.is(jinja::Kind::integer) || value.is(jinja::Kind::real) || value.object_as<Decimal>();
        case AgateType::date: return is_date(value);
        case AgateType::datetime: return is_datetime(value) || is_date(value);
        case AgateType::boolean: return value.is(jinja::Kind::boolean);
        default: return true;
    }
}

// The first type, in dbt's order, that every value of the column has.
AgateType column_type(const Table::RowList &rows, std::size_t column) {
    for (AgateType type : {AgateType::integer, AgateType::number, AgateType::date, AgateType::datetime, AgateType::boolean})
        if (std::all_of(rows.begin(), rows.end(), [&](const auto &row) { return fits(type, row[column]); })) return type;
    return AgateType::text;
}

void convert(AgateType type, Value &value) {
    if (value.is_none()) return;
    if (type == AgateType::text && !value.is_string()) value = Value(jinja::to_text(value));
    if (type == AgateType::number && value.is_number()) value = *Decimal::parse(jinja::to_text(value));
}

std::vector<std::string> distinct_names(std::vector<std::string> names) {
    std::map<std::string, int> counts;
    for (std::string &name : names)
        if (const int count = ++counts[name]; count > 1) name += "_" + std::to_string(count);
    return names;
}

}  // namespace

void set_table_printer(std::function<void(const std::string &)> printer) {
    table_printer = std::move(printer);
}

jinja::Ptr<Table> make_table(std::vector<std::string> names, Table::RowList rows) {
    std::vector<AgateType> types;
    for (std::size_t i = 0; i < names.size(); ++i) {
        types.push_back(column_type(rows, i));
        for (auto &row : rows) convert(types.back(), row[i]);
    }
    return jinja::make<Table>(std::move(names), std::move(types), std::move(rows));
}

jinja::Ptr<Table> make_table(const QueryResult &result) {
    Table::RowList rows;
    rows.reserve(result.rows.size());
    for (const auto &row : result.rows) {
        std::vector<Value> values;
        values.reserve(row.size());
        for (std::size_t i = 0; i < row.size(); ++i)
            values.push_back(row[i] ? read_field(i < result.types.size() ? result.types[i] : "text", *row[i]) : Value());
        rows.push_back(std::move(values));
    }
    return make_table(distinct_names(result.columns), std::move(rows));
}

jinja::Ptr<Table> empty_table() {
    return jinja::make<Table>(std::vector<std::string>(), std::vector<AgateType>(), Table::RowList());
}

Table::Table(std::vector<std::string> names, std::vector<AgateType> types, RowList rows)
    : names_(std::move(names)), types_(std::move(types)), rows_(std::move(rows)) {
    keys_ = std::make_shared<const std::vector<Value>>(names_.begin(), names_.end());
}

const Value &Table::rows_value() {
    if (!rows_value_.is_missing()) return rows_value_;
    std::vector<Value> rows;
    for (const auto &row : rows_) rows.emplace_back(jinja::make<MappedSequence>("Row", row, keys_));
    return rows_value_ = Value(jinja::make<MappedSequence>("MappedSequence", std::move(rows), nullptr));
}

const Value &Table::columns_value() {
    if (!columns_value_.is_missing()) return columns_value_;
    std::vector<Value> columns;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        std::vector<Value> values;
        for (const auto &row : rows_) values.push_back(row[i]);
        columns.emplace_back(jinja::make<TableColumn>(names_[i], i, types_[i], std::move(values)));
    }
    return columns_value_ = Value(jinja::make<MappedSequence>("MappedSequence", std::move(columns), keys_));
}

void Table::drop_contents() {
    rows_.clear();
    rows_value_ = columns_value_ = Value::missing();
}

Value Table::json() const {
    std::vector<Value> out;
    for (const auto &row : rows_) {
        auto dict = jinja::make<jinja::Dict>();
        for (std::size_t i = 0; i < row.size(); ++i) dict->set(Value(names_[i]), written(types_[i], row[i], true));
        out.emplace_back(dict);
    }
    return Value(std::move(out));
}

Value Table::matrix() const {
    std::vector<Value> rows;
    for (const auto &row : rows_) rows.push_back(Value::tuple(row));
    return Value(std::move(rows));
}

std::optional<Value> Table::attribute(std::string_view name) {
    if (name == "rows") return rows_value();
    if (name == "columns") return columns_value();
    if (name == "column_names") return Value::tuple(*keys_);
    if (name == "row_names") return Value();
    if (name == "column_types") {
        std::vector<Value> types;
        for (const AgateType type : types_) types.push_back(agate_type_value(type));
        return Value::tuple(std::move(types));
    }
    return table_method(jinja::Ptr<Table>(this), name, table_printer);
}

}  // namespace mesh::core::project
