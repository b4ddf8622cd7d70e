#include "core/project/select_contract.h"

#include <algorithm>
#include <ctime>

#include "core/error.h"
#include "core/project/manifest_parts.h"
#include "core/project/names.h"
#include "core/text.h"

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
    return lowered(base);
}

bool has(const Json &list, const Json &item) {
    return std::any_of(list.begin(), list.end(), [&](const Json &one) { return same_json(one, item); });
}

// What broke, by its kind, each kind with dbt's words before it.
class Breaks {
public:
    void add(const std::string &kind, const std::string &what) { list_of(kind).push_back(what); }

    std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        for (const auto &[kind, list] : kinds_) {
            texts.push_back(kind);
            for (const auto &one : list) texts.back() += "\n    - " + one;
        }
        return texts;
    }

private:
    std::vector<std::string> &list_of(const std::string &kind) {
        for (auto &[known, list] : kinds_)
            if (known == kind) return list;
        return kinds_.emplace_back(kind, std::vector<std::string>()).second;
    }
    std::vector<std::pair<std::string, std::vector<std::string>>> kinds_;  // in the order in which they were found
};

// PostgreSQL enforces all of them.
std::vector<std::string> removed_constraints(const Json &old, const Json &now, const std::string &column) {
    std::vector<std::string> removed;
    for (const auto &constraint : old) {
        if (has(now, constraint)) continue;
        const std::string name = text_of(constraint, "name");
        removed.push_back("'" + (name.empty() ? text_of(constraint, "type") : name) + "' constraint on " +
                          (column.empty() ? "columns " + python_text(member_or(constraint, "columns", Json::array())) : "column " + column));
    }
    return removed;
}

void compare_columns(const Node &now, const Node &old, Breaks &breaks) {
    for (const auto &column : old.columns)
        if (!column_of(now, column.name)) breaks.add("Columns were removed: ", column.name);
    for (const auto &column : old.columns) {
        const ColumnInfo *same = column_of(now, column.name);
        if (same && base_type(column.data_type) != base_type(same->data_type))
            breaks.add("Columns with data_type changes: ", column.name + " (" + column.data_type + " -> " + same->data_type + ")");
    }
}

void compare_constraints(const Node &now, const Node &old, Breaks &breaks) {
    if (!enforces_constraints(old)) return;
    for (const auto &column : old.columns)
        if (const ColumnInfo *same = column_of(now, column.name))
            for (const auto &removed : removed_constraints(column.constraints, same->constraints, column.name))
                breaks.add("Enforced column level constraints were removed: ", removed);
    for (const auto &removed : removed_constraints(old.constraints, now.constraints, "")) breaks.add("Enforced model level constraints were removed: ", removed);
}

bool has_constraints(const Node &node) {
    return !node.constraints.empty() ||
           std::any_of(node.columns.begin(), node.columns.end(), [](const ColumnInfo &column) { return !column.constraints.empty(); });
}

std::vector<std::string> breaks_between(const Node &now, const Node &old) {
    Breaks breaks;
    compare_columns(now, old, breaks);
    compare_constraints(now, old, breaks);
    if (enforces_constraints(old) && !enforces_constraints(now) && has_constraints(old))
        breaks.add("Materialization changed with enforced constraints: ", text_of(old.config, "materialized") + " -> " + text_of(now.config, "materialized"));
    std::vector<std::string> texts = breaks.texts();
    if (!now.contract_enforced)
        texts.insert(texts.begin(), "Contract enforcement was removed: Previously, this model had an enforced contract. It is no longer configured to "
                                    "enforce its contract, and this is a breaking change.");
    return texts;
}

void report(const Node &node, const std::vector<std::string> &breaks, std::vector<std::string> &warnings) {
    std::string list;
    for (const auto &one : breaks) list += "\n  - " + one;
    const std::string found = "While comparing to previous project state, dbt detected a breaking change to an ";
    if (!node.version.empty())
        throw Error("22023", found + "enforced contract." + list, "Model \"" + node.name + "\" (" + node.original_file_path + ") breaks its contract.",
                    "Consider making an additive (non-breaking) change instead, if possible. Otherwise, create a new model version.");
    const std::string warning = "Breaking change to contracted, unversioned model " + node.name + " (" + node.original_file_path + ")\n" + found + "unversioned model." + list;
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
    report(old, {"Contracted model '" + old.unique_id + "' was " + (disabled ? "disabled." : "deleted or renamed.")}, warnings);
}

}  // namespace mesh::core::project
