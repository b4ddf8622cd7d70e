#include "core/project/seed_table.h"

#include "core/project/csv.h"
#include "core/project/csv_cell.h"
#include "core/project/decimal.h"
#include "core/project/python_datetime.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

AgateType agate_type(CsvType type) {
    switch (type) {
        case CsvType::integer:
        case CsvType::float8: return AgateType::number;
        case CsvType::date: return AgateType::date;
        case CsvType::timestamp: return AgateType::datetime;
        case CsvType::boolean: return AgateType::boolean;
        case CsvType::text: break;
    }
    return AgateType::text;
}

// A number keeps the places that it was written with.
Value number(const std::string &cell, const std::string &plain) {
    std::string written = csv_trim(cell);
    std::erase(written, ',');
    if (const auto exact = Decimal::parse(written)) return *exact;
    return Decimal::parse(plain).value_or(Value(plain));
}

Value value_of(CsvType type, const std::string &cell) {
    const std::optional<std::string> text = csv_value(type, cell);
    if (!text) return Value();
    switch (agate_type(type)) {
        case AgateType::number: return number(cell, *text);
        case AgateType::date: return read_date(*text).value_or(Value(*text));
        case AgateType::datetime: return read_timestamp(*text).value_or(Value(*text));
        case AgateType::boolean: return Value(*text == "true");
        default: return Value(*text);
    }
}

std::set<std::string> given_types(const Node &node) {
    std::set<std::string> names;
    const auto given = node.config.find("column_types");
    if (given != node.config.end() && given->is_object())
        for (const auto &[name, type] : given->items()) names.insert(name);
    return names;
}

}  // namespace

jinja::Ptr<Table> seed_table(const Node &node, const std::string &text) {
    if (text.empty()) return empty_table();
    const std::string given = node.config.value("delimiter", ",");
    const char delimiter = given.empty() ? ',' : given[0];
    const std::vector<CsvColumn> columns = csv_columns(text, delimiter, given_types(node));
    std::vector<std::string> names;
    std::vector<AgateType> types;
    for (const CsvColumn &column : columns) {
        names.push_back(column.name);
        types.push_back(agate_type(column.type));
    }
    CsvReader reader(text, delimiter);
    std::vector<std::string> cells;
    reader.next(cells);  // the names
    Table::RowList rows;
    while (reader.next(cells)) {
        rows.emplace_back();
        for (std::size_t c = 0; c < columns.size(); ++c) rows.back().push_back(c < cells.size() ? value_of(columns[c].type, cells[c]) : Value());
    }
    return jinja::make<Table>(std::move(names), std::move(types), std::move(rows));
}

}  // namespace mesh::core::project
