#include "cli/table.h"

#include <algorithm>

#include "cli/text.h"

namespace mesh::cli {
namespace {

struct Column {
    std::string name;
    std::size_t width;
    bool numbers = true;
};

std::string cell(const Json &row, const std::string &name) {
    if (!row.contains(name) || row[name].is_null()) return "";
    return row[name].is_string() ? row[name].get<std::string>() : row[name].is_boolean() ? (row[name].get<bool>() ? "True" : "False") : row[name].dump();
}

std::vector<Column> columns_of(const std::vector<Json> &rows) {
    std::vector<Column> columns;
    for (const auto &[name, value] : rows.front().items()) {
        Column column{name, width_of(name)};
        for (const auto &row : rows) {
            column.width = std::max(column.width, width_of(cell(row, name)));
            column.numbers = column.numbers && (!row.contains(name) || row[name].is_null() || row[name].is_number());
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

std::string padded(const std::string &text, const Column &column) {
    const std::string space(column.width - std::min(column.width, width_of(text)), ' ');
    return column.numbers ? space + text : text + space;
}

}  // namespace

std::string text_table(const std::vector<Json> &rows) {
    if (rows.empty()) return "(no rows)\n";
    const auto columns = columns_of(rows);
    std::string head = "|", rule = "|", body;
    for (const auto &column : columns) {
        head += " " + padded(column.name, column) + " |";
        rule += " " + std::string(column.width, '-') + " |";
    }
    for (const auto &row : rows) {
        body += "|";
        for (const auto &column : columns) body += " " + padded(cell(row, column.name), column) + " |";
        body += "\n";
    }
    return head + "\n" + rule + "\n" + body;
}

}  // namespace mesh::cli
