#include "engine/plan_reason.h"

#include <algorithm>

namespace mesh::engine {

using core::Error;
using Columns = std::vector<pg::Column>;

namespace {

constexpr const char *kReordered = "reorders its columns";

const pg::Column *named(const Columns &columns, const std::string &name) {
    auto found = std::find_if(columns.begin(), columns.end(), [&](const pg::Column &c) { return c.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

std::string type_of(const pg::Column &column) {
    return shown_type(column.type) + (column.collation.empty() ? "" : " collate " + column.collation);
}

void add(std::string &text, const std::string &more, const char *separator) {
    if (!more.empty()) text += (text.empty() ? "" : separator) + more;
}

}  // namespace

std::string column_changes(const Columns &from, const Columns &to) {
    std::string out;
    for (const pg::Column &column : to) {
        const pg::Column *old = named(from, column.name);
        if (old == nullptr) add(out, "adds column " + column.name + " " + type_of(column), ", ");
        else if (!(*old == column)) add(out, "makes column " + column.name + " " + type_of(column) + " instead of " + type_of(*old), ", ");
    }
    for (const pg::Column &column : from)
        if (named(to, column.name) == nullptr) add(out, "drops column " + column.name, ", ");
    if (out.empty() && from != to) out = kReordered;
    return out;
}

std::set<std::string> lost_columns(const Columns &from, const Columns &to) {
    std::set<std::string> out;
    for (const pg::Column &column : from)
        if (std::find(to.begin(), to.end(), column) == to.end()) out.insert(column.name);
    return out;
}

std::string kind_of_relation(const std::string &relkind) {
    return relkind == "v" ? "view" : relkind == "m" ? "materialized view" : "table";
}

std::string changes(const Model &model, const Target &target, const std::string &final_sql) {
    std::string out, wanted = relkind_for(model.materialized);
    if (model.built_sql != final_sql) out = "definition changed";
    if (target.kind != wanted) add(out, "materialization changed from " + kind_of_relation(target.kind) + " to " + kind_of_relation(wanted), "; ");
    std::string columns = column_changes(model.built_columns, model.columns);
    if (columns != kReordered || wanted != "r") add(out, columns, "; ");  // a table keeps the order that it has
    return out;
}

// What the run will have left of them when text has grown.
static std::string changes_of_kind(const Model &model, const Target &target) {
    Columns held = model.built_columns;
    (void)grow_text(target.oid, held, model.columns);
    return column_changes(held, model.columns);
}

std::string increment_changes(const Model &model, const Target &target) {
    std::string difference = column_changes(model.built_columns, model.columns), mode = model.config.value("on_schema_change", "ignore");
    if (difference.empty() || difference == kReordered) return "";
    if (std::string left = mode == "fail" ? changes_of_kind(model, target) : ""; !left.empty() && left != kReordered)
        throw Error("42P16", "the columns of incremental model \"" + model.id() + "\" changed, and on_schema_change is fail", "It " + left + ".",
                    "Run it with full_refresh => true, or set on_schema_change to append_new_columns or sync_all_columns.");
    if (mode == "ignore")
        for (const pg::Column &column : model.built_columns)
            if (named(model.columns, column.name) == nullptr)
                throw Error("42703", "column \"" + column.name + "\" is in the table of model \"" + model.id() + "\", but its body no longer gives it", "",
                            "Run it with full_refresh => true, or set on_schema_change to append_new_columns or sync_all_columns.");
    return difference + " (on_schema_change is " + mode + ")";
}

}  // namespace mesh::engine
