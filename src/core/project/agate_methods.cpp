// What agate's tables can do: select, order_by, print_table ...
#include <algorithm>
#include <numeric>

#include "core/jinja/format.h"
#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/decimal.h"
#include "core/project/members.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Ptr;
using jinja::Value;

namespace {

using Printer = std::function<void(const std::string &)>;
using Method = Value (*)(const Ptr<Table> &, Arguments &, const Printer &);

std::size_t column_index(const Table &table, const Value &key) {
    if (key.is(jinja::Kind::integer)) return static_cast<std::size_t>(key.integer());
    const std::string name = jinja::to_text(key);
    const auto at = std::find(table.names().begin(), table.names().end(), name);
    if (at == table.names().end()) raise(jinja::ErrorClass::key, jinja::repr_text(name));
    return static_cast<std::size_t>(at - table.names().begin());
}

std::vector<std::size_t> column_indexes(const Table &table, const Value &keys) {
    std::vector<std::size_t> indexes;
    if (keys.is_string()) return {column_index(table, keys)};
    for (const Value &key : jinja::to_list(keys)) indexes.push_back(column_index(table, key));
    return indexes;
}

Value with_columns(const Table &table, const std::vector<std::size_t> &indexes) {
    std::vector<std::string> names;
    std::vector<AgateType> types;
    Table::RowList rows(table.rows().size());
    for (const std::size_t i : indexes) {
        names.push_back(table.names()[i]);
        types.push_back(table.types()[i]);
        for (std::size_t r = 0; r < rows.size(); ++r) rows[r].push_back(table.rows()[r][i]);
    }
    return Value(jinja::make<Table>(std::move(names), std::move(types), std::move(rows)));
}

Value with_rows(const Table &table, Table::RowList rows) {
    return Value(jinja::make<Table>(table.names(), table.types(), std::move(rows)));
}

Value select(const Ptr<Table> &table, Arguments &a, const Printer &) {
    return with_columns(*table, column_indexes(*table, bind("select", a, {{"key"}})[0]));
}

Value exclude(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const auto out = column_indexes(*table, bind("exclude", a, {{"key"}})[0]);
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < table->names().size(); ++i)
        if (std::find(out.begin(), out.end(), i) == out.end()) kept.push_back(i);
    return with_columns(*table, kept);
}

Value rename(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const auto bound = bind("rename", a, {{"column_names", Value()}, {"row_names", Value()}, {"slug_columns", Value(false)}, {"slug_rows", Value(false)}});
    std::vector<std::string> names = table->names();
    if (bound[0].is(jinja::Kind::dict)) {
        for (std::string &name : names)
            if (const Value *to = bound[0].dict().find(std::string_view(name))) name = jinja::to_text(*to);
    } else if (!bound[0].is_none()) {
        names.clear();
        for (const Value &name : jinja::to_list(bound[0])) names.push_back(jinja::to_text(name));
    }
    return Value(jinja::make<Table>(std::move(names), table->types(), table->rows()));
}

Value limit(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const auto bound = bind("limit", a, {{"start_or_stop", Value()}, {"stop", Value()}, {"step", Value()}});
    const bool only_stop = bound[1].is_none();
    const auto bounds = jinja::slice_bounds(static_cast<std::int64_t>(table->rows().size()), only_stop ? Value() : bound[0],
                                            only_stop ? bound[0] : bound[1], bound[2]);
    Table::RowList rows;
    for (std::int64_t i = 0; i < bounds.count; ++i) rows.push_back(table->rows()[static_cast<std::size_t>(bounds.start + i * bounds.step)]);
    return with_rows(*table, std::move(rows));
}

// Calls a template's or the host's function with one row of the table.
Value call_with_row(const Ptr<Table> &table, std::size_t row, const Value &function) {
    Arguments arguments{{*table->rows_value().object().item(Value(static_cast<std::int64_t>(row)))}};
    return function.object().call(arguments);
}

bool callable(const Value &value) {
    return value.is(jinja::Kind::object) && value.object().callable();
}

Value order_by(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const auto bound = bind("order_by", a, {{"key"}, {"reverse", Value(false)}});
    std::vector<std::vector<Value>> keys;
    const auto columns = callable(bound[0]) ? std::vector<std::size_t>() : column_indexes(*table, bound[0]);
    for (std::size_t r = 0; r < table->rows().size(); ++r) {
        keys.emplace_back();
        for (const std::size_t c : columns) keys.back().push_back(table->rows()[r][c]);
        if (callable(bound[0])) keys.back().push_back(call_with_row(table, r, bound[0]));
    }
    const auto before = [&](std::size_t x, std::size_t y) {
        for (std::size_t k = 0; k < keys[x].size(); ++k) {
            const Value &left = keys[x][k], &right = keys[y][k];
            if (left.is_none() || right.is_none()) {
                if (left.is_none() != right.is_none()) return right.is_none();
            } else if (!jinja::equal(left, right)) {
                return jinja::less(left, right);
            }
        }
        return false;
    };
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool reverse = jinja::truth(bound[1]);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return reverse ? before(y, x) : before(x, y); });
    Table::RowList rows;
    for (const std::size_t r : order) rows.push_back(table->rows()[r]);
    return with_rows(*table, std::move(rows));
}

Value where(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const Value test = bind("where", a, {{"test"}})[0];
    Table::RowList rows;
    for (std::size_t r = 0; r < table->rows().size(); ++r)
        if (jinja::truth(call_with_row(table, r, test))) rows.push_back(table->rows()[r]);
    return with_rows(*table, std::move(rows));
}

Value find(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const Value test = bind("find", a, {{"test"}})[0];
    for (std::size_t r = 0; r < table->rows().size(); ++r)
        if (jinja::truth(call_with_row(table, r, test))) return *table->item(Value(static_cast<std::int64_t>(r)));
    return Value();
}

Value distinct(const Ptr<Table> &table, Arguments &a, const Printer &) {
    const Value key = bind("distinct", a, {{"key", Value()}})[0];
    std::vector<std::size_t> columns;
    if (key.is_none())
        for (std::size_t i = 0; i < table->names().size(); ++i) columns.push_back(i);
    else columns = column_indexes(*table, key);
    auto seen = jinja::make<jinja::Dict>();
    Table::RowList rows;
    for (const auto &row : table->rows()) {
        std::vector<Value> parts;
        for (const std::size_t c : columns) parts.push_back(row[c]);
        const Value value = Value::tuple(std::move(parts));
        if (seen->find(value)) continue;
        seen->set(value, Value());
        rows.push_back(row);
    }
    return with_rows(*table, std::move(rows));
}

Value group_by(const Ptr<Table> &table, Arguments &a, const Printer &) {
    return project::group_by(table, a);
}

std::optional<std::size_t> optional_size(const Value &value) {
    return value.is_none() ? std::nullopt : std::optional<std::size_t>(static_cast<std::size_t>(jinja::to_index(value)));
}

Value print_table(const Ptr<Table> &table, Arguments &a, const Printer &print) {
    const auto bound = bind("print_table", a,
                            {{"max_rows", Value(20)}, {"max_columns", Value(6)}, {"output", Value()}, {"max_column_width", Value(20)}, {"locale", Value()}, {"max_precision", Value(3)}});
    if (print)
        print(table->text(optional_size(bound[0]).value_or(std::string::npos), optional_size(bound[1]).value_or(std::string::npos), optional_size(bound[3])));
    return Value();
}

Value to_json(const Ptr<Table> &table, Arguments &, const Printer &print) {
    if (print) print(jinja::to_json(table->json()));
    return Value();
}

constexpr std::pair<const char *, Method> methods[] = {
    {"select", select},     {"exclude", exclude}, {"rename", rename},     {"limit", limit},
    {"order_by", order_by}, {"where", where},     {"find", find},         {"distinct", distinct},
    {"group_by", group_by}, {"print_table", print_table}, {"to_json", to_json},
};

// 1,234.5: with as many places as the column has, at most three.
std::string number_text(const Value &value, long places) {
    const bool more = places > 3;
    std::string text = jinja::format_spec(Value(as_decimal(value)->number()), ",." + std::to_string(std::min(places, 3L)) + "f");
    return more ? text + "…" : text;
}

long places_of(const Table &table, std::size_t column, std::size_t rows) {
    long places = 0;
    for (std::size_t r = 0; r < rows; ++r)
        if (const auto number = as_decimal(table.rows()[r][column]); number && !number->integral()) {
            const std::string &digits = number->digits();
            places = std::max(places, -number->exponent() - static_cast<long>(digits.size() - 1 - digits.find_last_not_of('0')));
        }
    return places;
}

std::string cut(std::string text, std::optional<std::size_t> width) {
    if (!width || jinja::Str(text).length() <= *width) return text;
    const Value shorter = jinja::slice(Value(text), Value(), Value(static_cast<std::int64_t>(*width - 3)), Value());
    return shorter.text() + "...";
}

}  // namespace

std::optional<Value> table_method(const Ptr<Table> &table, std::string_view name, const Printer &print) {
    for (const auto &[known, body] : methods)
        if (name == known) return jinja::make_function(known, [table, body = body, print](Arguments &a) { return body(table, a, print); });
    return std::nullopt;
}

// Markdown; text to the left, the rest to the right.
std::string Table::text(std::size_t max_rows, std::size_t max_columns, std::optional<std::size_t> max_width) const {
    const std::size_t rows = std::min(max_rows, rows_.size()), columns = std::min(max_columns, names_.size());
    std::vector<std::vector<std::string>> cells(1);
    for (std::size_t c = 0; c < columns; ++c) cells[0].push_back(cut(names_[c], max_width));
    for (std::size_t r = 0; r < rows; ++r) cells.emplace_back(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const long places = types_[c] == AgateType::number ? places_of(*this, c, rows) : 0;
        for (std::size_t r = 0; r < rows; ++r) {
            const Value &value = rows_[r][c];
            const bool number = types_[c] == AgateType::number || types_[c] == AgateType::integer;
            const std::string shown = value.is_none() ? "" : number && as_decimal(value) && types_[c] == AgateType::number ? number_text(value, places) : jinja::to_text(value);
            cells[r + 1][c] = cut(shown, max_width);
        }
    }
    if (columns < names_.size())
        for (auto &row : cells) row.emplace_back("...");
    std::vector<std::size_t> widths(cells[0].size(), 0);
    for (const auto &row : cells)
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], jinja::Str(row[c]).length());
    std::string out;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        std::string line = "|";
        for (std::size_t c = 0; c < cells[r].size(); ++c) {
            const std::string pad(widths[c] - jinja::Str(cells[r][c]).length(), ' ');
            const bool left = c < types_.size() && types_[c] == AgateType::text;
            line += " " + (left ? cells[r][c] + pad : pad + cells[r][c]) + " |";
        }
        out += line + "\n";
        if (r != 0) continue;
        out += "|";
        for (const std::size_t width : widths) out += " " + std::string(width, '-') + " |";
        out += "\n";
    }
    if (rows < rows_.size()) out += "| ... |\n";
    return out;
}

}  // namespace mesh::core::project
