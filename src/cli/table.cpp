#include "cli/table.h"

#include <algorithm>

#include "cli/text.h"
#include "core/jinja/text.h"

namespace mesh::cli {
namespace {

using core::project::AgateType;
using core::project::Table;

std::string cell(const Table &table, std::size_t row, std::size_t column) {
    const core::jinja::Value &value = table.rows()[row][column];
    return value.is_none() ? "" : core::jinja::to_text(value);
}

std::vector<std::size_t> widths_of(const Table &table) {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < table.names().size(); ++c) {
        widths.push_back(width_of(table.names()[c]));
        for (std::size_t r = 0; r < table.rows().size(); ++r) widths[c] = std::max(widths[c], width_of(cell(table, r, c)));
    }
    return widths;
}

std::string padded(const std::string &text, std::size_t width, AgateType type) {
    const std::string space(width - std::min(width, width_of(text)), ' ');
    return type == AgateType::text ? text + space : space + text;
}

}  // namespace

std::string text_table(const Table &table) {
    const std::vector<std::size_t> widths = widths_of(table);
    std::string head = "|", rule = "|", body;
    for (std::size_t c = 0; c < widths.size(); ++c) {
        head += " " + padded(table.names()[c], widths[c], table.types()[c]) + " |";
        rule += " " + std::string(widths[c], '-') + " |";
    }
    for (std::size_t r = 0; r < table.rows().size(); ++r) {
        body += "|";
        for (std::size_t c = 0; c < widths.size(); ++c) body += " " + padded(cell(table, r, c), widths[c], table.types()[c]) + " |";
        body += "\n";
    }
    return head + "\n" + rule + "\n" + body;
}

}  // namespace mesh::cli
