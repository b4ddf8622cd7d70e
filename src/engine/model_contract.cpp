#include "engine/model_contract.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "pg/heap.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

namespace {

const Json &columns_json(const Model &model) {
    static const Json none = Json::array();
    auto found = model.config.find("columns");
    return found == model.config.end() || !found->is_array() ? none : *found;
}

// As it is written in SQL: quoted when the project says so.
std::string column_sql(const Json &column) {
    std::string name = column.value("name", "");
    return column.value("quote", Json(false)) == true ? pg::quote_ident(name) : name;
}

// Types count without what is between their parentheses, as in dbt.
std::string base_type(const std::string &type) {
    std::string out = shown_type(type);
    size_t open = out.find('('), close = out.find(')', open == std::string::npos ? 0 : open);
    return open == std::string::npos || close == std::string::npos ? out : out.substr(0, open) + out.substr(close + 1);
}

// Types that dbt's driver cannot tell apart are one type to a contract.
std::string type_class(const std::string &type) {
    static const std::map<std::string, const char *> classes = {
        {"smallint", "integer"}, {"real", "double precision"}, {"name", "text"}, {"\"char\"", "text"}, {"character", "text"}, {"character varying", "text"}, {"time with time zone", "time without time zone"}};
    std::string base = base_type(type), array;
    if (base.size() > 2 && base.compare(base.size() - 2, 2, "[]") == 0) array = "[]", base.resize(base.size() - 2);
    auto found = classes.find(base);
    return (found == classes.end() ? base : found->second) + array;
}

std::vector<pg::Column> contract_columns(const Domain &domain, const Model &model) {
    std::string list, untyped;
    for (const Json &column : columns_json(model)) {
        std::string type = column.value("data_type", Json()).is_string() ? column["data_type"].get<std::string>() : "";
        if (type.empty()) untyped += (untyped.empty() ? "'" : ", '") + column.value("name", "") + "'";
        list += (list.empty() ? "" : ", ") + ("null::" + type + " as ") + column_sql(column);
    }
    if (list.empty())
        throw Error("42P16", "This model has an enforced contract, and its 'columns' specification is missing", "Model \"" + model.id() + "\" has no columns.",
                    "Give each column's name and data_type.");
    if (!untyped.empty())
        throw Error("42P16", "Contracted models require data_type to be defined for each column. Please ensure that the column name and data_type are defined within the "
                             "YAML configuration for the [" + untyped + "] column(s).", "The model is \"" + model.id() + "\".");
    return pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::prepare("select " + list).columns; });
}

const pg::Column *find(const std::vector<pg::Column> &columns, const std::string &name) {
    auto found = std::find_if(columns.begin(), columns.end(), [&](const pg::Column &c) { return c.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

// A type by the name that dbt's driver has for it, where it has one.
std::string driver_type(const std::string &type) {
    static const std::map<std::string, const char *> names = {
        {"integer", "INTEGER"}, {"bigint", "LONGINTEGER"}, {"double precision", "FLOAT"}, {"numeric", "DECIMAL"}, {"text", "TEXT"}, {"boolean", "BOOLEAN"}, {"bytea", "BINARY"},
        {"date", "DATE"}, {"time without time zone", "TIME"}, {"timestamp without time zone", "DATETIME"}, {"timestamp with time zone", "DATETIMETZ"}, {"interval", "INTERVAL"},
        {"json", "JSON"}, {"jsonb", "JSONB"}, {"oid", "ROWID"}};
    std::string base = type_class(type), array;
    if (base.ends_with("[]")) array = "ARRAY", base.resize(base.size() - 2);
    auto found = names.find(base);
    if (found == names.end()) return base_type(type);
    return array.empty() || base != "text" ? found->second + array : "STRINGARRAY";
}

// In a dbt project as dbt writes it.
std::string told_type(const Model &model, const std::string &type) {
    return model.node.empty() ? base_type(type) : driver_type(type);
}

std::string differing(const std::string &name, const std::string &definition, const std::string &contract, const std::string &reason) {
    return "| " + name + " | " + definition + " | " + contract + " | " + reason + " |\n";
}

std::string mismatches(const Model &model, const std::vector<pg::Column> &definition, const std::vector<pg::Column> &contract) {
    std::string out;
    for (const pg::Column &column : definition) {
        const pg::Column *other = find(contract, column.name);
        if (other == nullptr) out += differing(column.name, told_type(model, column.type), "", "missing in contract");
        else if (type_class(other->type) != type_class(column.type)) out += differing(column.name, told_type(model, column.type), told_type(model, other->type), "data type mismatch");
    }
    for (const pg::Column &column : contract)
        if (find(definition, column.name) == nullptr) out += differing(column.name, "", told_type(model, column.type), "missing in definition");
    return out;
}

// The column as a table of this type takes it: what is too long is an error, and is not cut.
std::string assigned(const pg::Column &column) {
    std::string name = pg::quote_ident(column.name), base = base_type(column.type), value = name;
    size_t open = column.type.find('(');
    if (open != std::string::npos && (base == "character varying" || base == "character")) {
        const char *function = base == "character" ? "pg_catalog.bpchar" : "pg_catalog.\"varchar\"";
        int modifier = std::stoi(column.type.substr(open + 1)) + static_cast<int>(VARHDRSZ);
        value = std::string(function) + "(" + name + "::" + function + ", " + std::to_string(modifier) + ", false)";
    }
    return value + "::" + column.type + " as " + name;
}

struct Constraint {
    std::string name, sql;      // of ALTER TABLE ... ADD CONSTRAINT
    std::string not_null;       // a column, instead
};

std::string joined(const Json &names, const char *separator) {
    std::string out;
    for (const Json &name : names) out += (out.empty() ? "" : separator) + name.get<std::string>();
    return out;
}

// "to" and "to_columns", or an expression.
std::string references(const Json &constraint) {
    std::string expression = constraint.value("expression", Json()).is_string() ? constraint["expression"].get<std::string>() : "";
    if (!constraint.value("to", Json()).is_string() || !constraint.contains("to_columns") || constraint["to_columns"].empty()) return expression;
    return constraint["to"].get<std::string>() + " (" + joined(constraint["to_columns"], ", ") + ")";
}

std::optional<Constraint> constraint_of(const Model &model, const Json &constraint, const std::string &table, Json columns) {
    std::string type = constraint.value("type", ""), expression = constraint.value("expression", Json()).is_string() ? constraint["expression"].get<std::string>() : "";
    if (constraint.contains("columns") && constraint["columns"].is_array() && !constraint["columns"].empty()) columns = constraint["columns"];
    std::string given = constraint.value("name", Json()).is_string() ? constraint["name"].get<std::string>() : "";
    auto name = [&](const std::string &suffix) { return given.empty() ? fit_identifier(table + (columns.empty() || suffix == "pkey" ? "" : "_" + joined(columns, "_")) + "_" + suffix) : given; };
    std::string list = " (" + joined(columns, ", ") + ")";
    if (type == "not_null") return Constraint{"", "", columns.empty() ? "" : columns[0].get<std::string>()};
    if (type == "check" && !expression.empty()) return Constraint{name("check"), "check (" + expression + ")", ""};
    if (type == "unique") return Constraint{name("key"), "unique " + expression + list, ""};
    if (type == "primary_key") return Constraint{name("pkey"), "primary key " + expression + list, ""};
    if (type == "foreign_key" && !references(constraint).empty()) return Constraint{name("fkey"), "foreign key" + list + " references " + references(constraint), ""};
    if (type == "custom" && !expression.empty()) return Constraint{name("custom"), expression, ""};
    throw Error("22023", "invalid constraint of model \"" + model.id() + "\"", constraint.dump(), "Its type is one of not_null, check, unique, primary_key, foreign_key, custom.");
}

// As the server does: a name that is taken is numbered.
std::vector<Constraint> with_own_names(std::vector<Constraint> constraints) {
    std::set<std::string> taken;
    for (Constraint &constraint : constraints) {
        if (constraint.name.empty()) continue;
        std::string name = constraint.name;
        for (int number = 1; !taken.insert(constraint.name).second; number++) constraint.name = fit_identifier(name + std::to_string(number));
    }
    return constraints;
}

std::vector<Constraint> constraints_of(const Model &model, const std::string &table) {
    std::vector<Constraint> out;
    for (const Json &column : columns_json(model))
        for (const Json &constraint : column.value("constraints", Json::array()))
            out.push_back(*constraint_of(model, constraint, table, Json::array({column_sql(column)})));
    auto own = model.config.find("constraints");
    if (own != model.config.end() && own->is_array())
        for (const Json &constraint : *own) out.push_back(*constraint_of(model, constraint, table, Json::array()));
    return with_own_names(std::move(out));
}

// dbt warns of numbers that other databases would round; here they keep all their digits.
void warn_of_numbers(const Model &model, bool warn_error) {
    std::string names;
    for (const Json &column : columns_json(model)) {
        std::string type = core::lowered(column.value("data_type", ""));
        if (type == "numeric" || type == "decimal") names += (names.empty() ? "'" : ", '") + column.value("name", "") + "'";
    }
    if (!names.empty()) warn_of(warn_error, "Detected columns with numeric type and unspecified precision/scale, this can lead to unintended rounding: [" + names + "]");
}

}  // namespace

bool has_enforced_contract(const Model &model) {
    auto found = model.config.find("contract");
    if (found == model.config.end() || !found->is_object()) return false;
    auto enforced = found->find("enforced");
    return enforced != found->end() && *enforced == true;
}

void check_model_contract(const Domain &domain, const Model &model, const std::vector<pg::Column> &columns, bool warn_error) {
    std::string table = mismatches(model, columns, contract_columns(domain, model));
    if (!model.node.empty()) warn_of_numbers(model, warn_error);
    if (table.empty()) return;
    throw Error("42P16", "This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.",
                "Model \"" + model.id() + "\":\n| column_name | definition_type | contract_type | mismatch_reason |\n| ----------- | --------------- | ------------- | --------------- |\n" + table);
}

std::string in_contract_order(const Domain &domain, const Model &model, const std::string &sql, const std::vector<pg::Column> &columns) {
    std::vector<pg::Column> contract = contract_columns(domain, model);
    bool typed = relkind_for(model.materialized) == "r", same = columns.size() == contract.size();
    std::string list;
    for (size_t i = 0; i < contract.size(); i++) {
        const pg::Column *given = find(columns, contract[i].name);
        bool cast = typed && given != nullptr && given->type != contract[i].type;
        same = same && columns[i].name == contract[i].name && !cast;
        list += (list.empty() ? "" : ", ") + (cast ? assigned(contract[i]) : pg::quote_ident(contract[i].name));
    }
    return same ? sql : "select " + list + " from (\n" + sql + "\n) as model_subq";
}

bool is_foreign_key(const std::string &action) {
    return core::lowered(action).find(" references ") != std::string::npos;
}

std::vector<std::string> missing_constraints(const Model &model, Oid table) {
    std::vector<std::string> out;
    if (!has_enforced_contract(model)) return out;
    pg::Result held = pg::query("select 'c', conname from pg_catalog.pg_constraint where conrelid = $1::oid and contype <> 'n'"
                                " union all select 'n', attname from pg_catalog.pg_attribute where attrelid = $1::oid and attnotnull and not attisdropped",
                                {std::to_string(table)});
    std::set<std::pair<std::string, std::string>> have;
    for (const pg::Row &row : held.rows) have.insert({row[0].value(), row[1].value()});
    std::string identifier = fit_identifier(model.alias ? *model.alias : model.name);
    for (const Constraint &constraint : constraints_of(model, identifier)) {
        if (!constraint.not_null.empty()) {
            std::string name = pg::query_value("select n[1] from pg_catalog.parse_ident($1) n", {constraint.not_null}).value();
            if (!have.count({"n", name})) out.push_back("alter column " + constraint.not_null + " set not null");
        } else if (!have.count({"c", constraint.name})) {
            out.push_back("add constraint " + pg::quote_ident(constraint.name) + " " + constraint.sql);
        }
    }
    return out;
}

}  // namespace mesh::engine
