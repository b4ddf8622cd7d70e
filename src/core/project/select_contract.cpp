#include "core/project/select_contract.h"

#include <algorithm>
#include <cctype>
#include <ctime>

#include "core/error.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

bool enforces_constraints(const Node &node) {
    const std::string materialized = text_of(node.config, "materialized");
    return materialized == "table" || materialized == "incremental";
}

const ColumnInfo *column_of(const Node &node, const std::string &name) {
    const auto found = std::find_if(node.columns.begin(), node.columns.end(), [&](const ColumnInfo &column) { return column.name == name; });
    return found != node.columns.end() ? &*found : nullptr;
}

// What the contract says, whatever order the columns are in.
Json contract_of(const Node &node) {
    std::map<std::string, Json> columns;
    for (const auto &column : node.columns) columns[column.name] = {column.data_type, column.constraints};
    Json contract = {columns};
    if (enforces_constraints(node)) contract.push_back({node.config["materialized"], node.constraints});
    return contract;
}

// "numeric(10,2)" and "NUMERIC" are one: sizes may change.
std::string base_type(const std::string &type) {
    std::string base = type.substr(0, type.find('('));
    while (!base.empty() && base.back() == ' ') base.pop_back();
    std::transform(base.begin(), base.end(), base.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return base;
}

bool has(const Json &list, const Json &item) {
    return std::any_of(list.begin(), list.end(), [&](const Json &one) { return same_json(one, item); });
}

// PostgreSQL enforces all of them.
void compare_constraints(const Json &old, const Json &now, const std::string &where, std::vector<std::string> &breaks) {
    for (const auto &constraint : old)
        if (!has(now, constraint)) breaks.push_back("constraint " + text_of(constraint, "type") + where + " was removed");
}

void compare_columns(const Node &now, const Node &old, std::vector<std::string> &breaks) {
    for (const auto &column : old.columns) {
        const ColumnInfo *same = column_of(now, column.name);
        if (!same) {
            breaks.push_back("column \"" + column.name + "\" was removed");
            continue;
        }
        if (base_type(column.data_type) != base_type(same->data_type))
            breaks.push_back("column \"" + column.name + "\" was " + column.data_type + " and is " + same->data_type);
        if (enforces_constraints(old)) compare_constraints(column.constraints, same->constraints, " on column \"" + column.name + "\"", breaks);
    }
}

bool has_constraints(const Node &node) {
    return !node.constraints.empty() ||
           std::any_of(node.columns.begin(), node.columns.end(), [](const ColumnInfo &column) { return !column.constraints.empty(); });
}

std::vector<std::string> breaks_between(const Node &now, const Node &old) {
    std::vector<std::string> breaks;
    if (!now.contract_enforced) breaks.push_back("the contract is no longer enforced");
    compare_columns(now, old, breaks);
    if (enforces_constraints(old)) compare_constraints(old.constraints, now.constraints, "", breaks);
    if (enforces_constraints(old) && !enforces_constraints(now) && has_constraints(old))
        breaks.push_back("it was materialized as " + text_of(old.config, "materialized") + " and is as " + text_of(now.config, "materialized"));
    return breaks;
}

void report(const Node &node, const std::vector<std::string> &breaks, std::vector<std::string> &warnings) {
    std::string list;
    for (const auto &one : breaks) list += (list.empty() ? "" : "; ") + one;
    if (!node.version.empty())
        throw Error("22023", "model \"" + node.name + "\" breaks its contract", "Since the earlier state: " + list + ".",
                    "Create a new version of the model for such a change.");
    const std::string warning = "Breaking change to the contract of model \"" + node.name + "\" (" + node.original_file_path + "): " + list;
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(warning);
}

// Dates in ISO form compare as text.
bool is_past(const std::string &date) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    return !date.empty() && date.compare(0, 19, text) < 0;
}

}  // namespace

bool same_contract(const Node &now, const Node &old, std::vector<std::string> &warnings) {
    if (!old.contract_enforced) return !now.contract_enforced;
    if (now.contract_enforced && same_json(contract_of(now), contract_of(old))) return true;
    const auto breaks = breaks_between(now, old);
    if (!breaks.empty()) report(now, breaks, warnings);
    return false;
}

void check_removed_contract(const Node &old, bool disabled, std::vector<std::string> &warnings) {
    if (old.resource_type != ResourceType::model || !old.contract_enforced || is_past(old.deprecation_date)) return;
    report(old, {disabled ? "it was disabled" : "it was removed or renamed"}, warnings);
}

}  // namespace mesh::core::project
