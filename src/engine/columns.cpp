// Columns and indexes as DDL.
#include <algorithm>

#include "engine/build.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

bool has_name(const std::vector<pg::Column> &columns, const std::string &name) {
    return std::any_of(columns.begin(), columns.end(), [&](const pg::Column &c) { return c.name == name; });
}

std::string column_list(const std::vector<pg::Column> &columns, const std::string &prefix) {
    std::string out;
    for (const pg::Column &column : columns) out += (out.empty() ? "" : ", ") + prefix + pg::quote_ident(column.name);
    return out;
}

static std::string definition(const pg::Column &column) {
    return pg::quote_ident(column.name) + " " + column.type + (column.collation.empty() ? "" : " collate " + column.collation);
}

std::string column_definitions(const std::vector<pg::Column> &columns) {
    std::string out;
    for (const pg::Column &column : columns) out += (out.empty() ? "" : ", ") + definition(column);
    return out;
}

// A column that keeps its name and type stays, with its grants, statistics and whatever depends on it.
std::string alter_actions(const std::vector<pg::Column> &from, const std::vector<pg::Column> &to, const std::vector<pg::Column> &ours) {
    std::string out;
    auto add = [&](const std::string &action) { out += (out.empty() ? "" : ", ") + action; };
    auto has = [](const std::vector<pg::Column> &list, const pg::Column &column) { return std::find(list.begin(), list.end(), column) != list.end(); };
    for (const pg::Column &column : from)
        if (!has(to, column) && (has(ours, column) || has_name(to, column.name))) add("drop column " + pg::quote_ident(column.name) + " restrict");
    for (const pg::Column &column : to)
        if (!has(from, column)) add("add column " + definition(column));
    return out;
}

bool same_columns(std::vector<pg::Column> a, std::vector<pg::Column> b) {
    auto by_name = [](const pg::Column &x, const pg::Column &y) { return x.name < y.name; };
    std::sort(a.begin(), a.end(), by_name);
    std::sort(b.begin(), b.end(), by_name);
    return a == b;
}

// As dbt's words for a configuration that does not have its shape; "": it has.
static std::string index_fault(const Json &index) {
    if (!index.is_object()) return "";
    if (!index.contains("columns")) return "'columns' is a required property";
    if (!index["columns"].is_array()) return "columns: " + index["columns"].dump() + " is not of type 'array'";
    const Json unique = index.value("unique", Json()), type = index.value("type", Json());
    if (!unique.is_null() && !unique.is_boolean()) return "unique: " + unique.dump() + " is not of type 'boolean'";
    return type.is_null() || type.is_string() ? "" : "type: " + type.dump() + " is not of type 'string'";
}

static std::string index_definition(const Json &index) {
    Json list = index.is_object() ? index.at("columns") : index.is_array() ? index : Json::array({index});
    std::string columns;
    for (const Json &column : list) columns += (columns.empty() ? "" : ", ") + pg::quote_ident(column.get<std::string>());
    bool unique = index.is_object() && index.value("unique", Json(false)) == true;
    std::string method = index.is_object() && index.value("type", Json()).is_string() ? index["type"].get<std::string>() : "btree";
    return std::string(unique ? "unique " : "") + "using " + pg::quote_ident(method) + " (" + columns + ")";
}

std::vector<std::string> configured_indexes(const Model &model) {
    std::vector<std::string> out;
    if (!model.config.contains("indexes")) return out;
    const Json &indexes = model.config["indexes"];
    const auto refuse = [&](const std::string &fault) {
        throw Error("22023", "invalid indexes of model \"" + model.id() + "\"", fault.empty() ? indexes.dump() : fault + ", in " + indexes.dump(),
                    "Write [{\"columns\": [\"a\", \"b\"], \"unique\": true, \"type\": \"btree\"}] or [\"a\"].");
    };
    try {
        for (const Json &index : indexes) {
            if (const std::string fault = index_fault(index); !fault.empty()) refuse(fault);
            out.push_back(index_definition(index));
        }
    } catch (const Json::exception &) {
        refuse("");
    }
    return out;
}

std::vector<std::string> wanted_indexes(const Staged &staged) {
    std::vector<std::string> out = configured_indexes(staged.model);
    std::ranges::copy(staged.key_indexes, std::back_inserter(out));
    return out;
}

std::vector<std::string> missing_indexes(const Staged &staged, Oid relation) {
    std::vector<std::string> wanted = wanted_indexes(staged);
    if (wanted.empty()) return wanted;
    std::vector<std::string> held = pg::index_definitions(relation);
    std::erase_if(wanted, [&](const std::string &index) { return std::find(held.begin(), held.end(), index) != held.end(); });
    return wanted;
}

std::string create_index_sql(const std::string &definition, const std::string &table) {
    bool unique = definition.compare(0, 7, "unique ") == 0;
    return std::string("create ") + (unique ? "unique " : "") + "index on " + table + " " + (unique ? definition.substr(7) : definition);
}

}  // namespace mesh::engine
