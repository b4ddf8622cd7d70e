// exceptions.*: dbt's errors and warnings for macros to raise, in dbt's words.
#include <algorithm>

#include "core/jinja/access.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/members.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

std::string part(const Value &object, const char *name) {
    const auto value = jinja::subscript(object, Value(name));
    return value ? jinja::to_text(*value) : "";
}

// The rows of a contract that does not hold: name, type in the definition, type in the contract, reason.
Table::RowList contract_mismatches(const Value &yaml, const Value &sql) {
    Table::RowList rows;
    const auto yaml_columns = jinja::to_list(yaml), sql_columns = jinja::to_list(sql);
    const auto named = [](const std::vector<Value> &columns, const std::string &name) {
        return std::find_if(columns.begin(), columns.end(), [&](const Value &one) { return part(one, "name") == name; });
    };
    const auto add = [&](const std::string &name, const std::string &definition, const std::string &contract, const char *why) {
        rows.push_back({Value(name), Value(definition), Value(contract), Value(why)});
    };
    for (const Value &column : sql_columns) {
        const std::string name = part(column, "name"), type = part(column, "data_type");
        const auto declared = named(yaml_columns, name);
        if (declared == yaml_columns.end()) add(name, type, "", "missing in contract");
        else if (part(*declared, "data_type") != type) add(name, type, part(*declared, "data_type"), "data type mismatch");
    }
    for (const Value &column : yaml_columns)
        if (named(sql_columns, part(column, "name")) == sql_columns.end())
            add(part(column, "name"), "", part(column, "data_type"), "missing in definition");
    std::stable_sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) { return a[0].text() < b[0].text(); });
    return rows;
}

[[noreturn]] void contract_error(const Value &yaml, const Value &sql) {
    if (!jinja::truth(yaml))
        raise_compilation("This model has an enforced contract, and its 'columns' specification is missing");
    const auto table = make_table({"column_name", "definition_type", "contract_type", "mismatch_reason"}, contract_mismatches(yaml, sql));
    raise_compilation("This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of "
                      "columns in your contract match the columns in your model's definition.\n\n" +
                      table->text(std::string::npos, 6, 50));
}

std::string first(const char *function, Arguments &arguments) {
    if (!arguments.positional.empty()) return jinja::to_text(arguments.positional[0]);
    if (!arguments.named.empty()) return jinja::to_text(arguments.named.front().second);
    raise_compilation(std::string(function) + "() missing 1 required positional argument: 'msg'");
}

Value relation_wrong_type(Arguments &a) {
    const auto bound = bind("relation_wrong_type", a, {{"relation"}, {"expected_type"}, {"model", Value()}});
    const std::string relation = jinja::to_text(bound[0]);
    raise_compilation("Trying to create " + jinja::to_text(bound[1]) + " " + relation + ", but it currently exists as a " +
                      part(bound[0], "type") + ". Either drop " + relation + " manually, or run dbt with `--full-refresh` and dbt will drop it for you.");
}

Value ambiguous_alias(Arguments &a) {
    const auto bound = bind("raise_ambiguous_alias", a, {{"node_1"}, {"node_2"}, {"duped_name", Value()}});
    const std::string name = bound[2].is_none() ? part(bound[0], "database") + "." + part(bound[0], "schema") + "." + part(bound[0], "alias")
                                                : jinja::to_text(bound[2]);
    std::string message = "dbt found two resources with the database representation \"" + name +
                          "\".\ndbt cannot create two resources with identical database representations. To fix this,\nchange the "
                          "configuration of one of these resources:";
    for (int i = 0; i < 2; ++i) {
        const Value &node = bound[static_cast<std::size_t>(i)];
        message += "\n- " + part(node, "unique_id") + " (" + part(node, "original_file_path") + ")";
    }
    raise_compilation(message);
}

Value missing_materialization(Arguments &a) {
    const auto bound = bind("missing_materialization", a, {{"model"}, {"adapter_type"}});
    const auto config = jinja::subscript(bound[0], Value("config"));
    const std::string adapter = jinja::to_text(bound[1]);
    raise_compilation("No materialization '" + (config ? part(*config, "materialized") : std::string()) +
                      "' was found for adapter " + adapter + "! (searched types 'default' and '" + adapter + "')");
}

using Raiser = Value (*)(Arguments &);

const std::pair<const char *, Raiser> raisers[] = {
    {"raise_compiler_error", [](Arguments &a) -> Value { raise_compilation(first("raise_compiler_error", a)); }},
    {"raise_database_error", [](Arguments &a) -> Value { raise_compilation(first("raise_database_error", a)); }},
    {"raise_dependency_error", [](Arguments &a) -> Value { raise_compilation(first("raise_dependency_error", a)); }},
    {"raise_fail_fast_error", [](Arguments &a) -> Value { raise_compilation(first("raise_fail_fast_error", a)); }},
    {"raise_cache_inconsistent",
     [](Arguments &a) -> Value { raise_compilation("Cache inconsistency detected: " + first("raise_cache_inconsistent", a)); }},
    {"raise_not_implemented", [](Arguments &a) -> Value { raise_compilation("ERROR: " + first("raise_not_implemented", a)); }},
    {"raise_dataclass_not_dict",
     [](Arguments &a) -> Value {
         raise_compilation("The object (\"" + first("raise_dataclass_not_dict", a) + "\") was used as a dictionary. This capability has been removed from objects of this type.");
     }},
    {"missing_relation", [](Arguments &a) -> Value { raise_compilation("Relation " + first("missing_relation", a) + " not found!"); }},
    {"missing_config",
     [](Arguments &a) -> Value {
         const auto bound = bind("missing_config", a, {{"model"}, {"name"}});
         raise_compilation("Model '" + part(bound[0], "unique_id") + "' does not define a required config parameter '" + jinja::to_text(bound[1]) + "'.");
     }},
    {"missing_materialization", missing_materialization},
    {"relation_wrong_type", relation_wrong_type},
    {"raise_ambiguous_alias", ambiguous_alias},
    {"raise_ambiguous_catalog_match",
     [](Arguments &a) -> Value {
         const auto bound = bind("raise_ambiguous_catalog_match", a, {{"unique_id"}, {"match_1"}, {"match_2"}});
         raise_compilation("dbt found two relations in your warehouse with similar database identifiers for \"" + jinja::to_text(bound[0]) + "\".");
     }},
    {"raise_dep_not_found",
     [](Arguments &a) -> Value {
         const auto bound = bind("raise_dep_not_found", a, {{"node"}, {"node_description"}, {"required_pkg"}});
         raise_compilation("Error while parsing " + jinja::to_text(bound[1]) + ".\nThe required package \"" + jinja::to_text(bound[2]) +
                           "\" was not found. Is the package installed?\nHint: You may need to run `dbt deps`.");
     }},
    {"raise_duplicate_patch_name", [](Arguments &a) -> Value { raise_compilation("dbt found two schema.yml entries for the same resource: " + first("raise_duplicate_patch_name", a)); }},
    {"raise_duplicate_resource_name", [](Arguments &a) -> Value { raise_compilation("dbt found two resources with the same name: " + first("raise_duplicate_resource_name", a)); }},
    {"raise_invalid_property_yml_version", [](Arguments &a) -> Value { raise_compilation("The yml property file is invalid: " + first("raise_invalid_property_yml_version", a)); }},
    {"raise_contract_error",
     [](Arguments &a) -> Value {
         const auto bound = bind("raise_contract_error", a, {{"yaml_columns"}, {"sql_columns"}});
         contract_error(bound[0], bound[1]);
     }},
    {"column_type_missing",
     [](Arguments &a) -> Value {
         const Value names = bind("column_type_missing", a, {{"column_names"}})[0];
         raise_compilation("Contracted models require data_type to be defined for each column. Please ensure that the column name and data_type are "
                           "defined within the YAML configuration for the " + jinja::to_text(names) + " column(s).");
     }},
};

void warn(Session &session, const std::string &text) {
    if (session.flag("WARN_ERROR")) raise_compilation(text);
    if (session.has_database()) session.database().warn(text);
    else if (session.settings().warn) session.settings().warn(text);
}

}  // namespace

Value make_exceptions(Session &session) {
    auto all = jinja::make<jinja::Dict>();
    for (const auto &[name, body] : raisers) all->set(Value(name), jinja::make_function(name, body));
    all->set(Value("warn"), jinja::make_function("warn", [&session](Arguments &a) {
                 warn(session, first("warn", a));
                 return Value("");
             }));
    all->set(Value("warn_snapshot_timestamp_data_types"), jinja::make_function("warn_snapshot_timestamp_data_types", [&session](Arguments &a) {
                 const auto bound = bind("warn_snapshot_timestamp_data_types", a, {{"snapshot_time_data_type"}, {"updated_at_data_type"}});
                 warn(session, "Data type of snapshot table timestamp columns (" + jinja::to_text(bound[0]) +
                                   ") doesn't match derived column 'updated_at' (" + jinja::to_text(bound[1]) +
                                   "). Please update snapshot config 'updated_at'.");
                 return Value();
             }));
    return Value(all);
}

}  // namespace mesh::core::project
