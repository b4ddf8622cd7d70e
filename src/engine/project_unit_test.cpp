#include "engine/project_unit_test.h"

#include <chrono>

namespace mesh::engine {

using core::Error;
using core::project::DatabaseColumn;

namespace {

constexpr size_t kShownRows = 5;

std::string lower(const std::string &name) {
    return pg::query_value("select pg_catalog.lower($1)", {name}).value();
}

// As dbt's macro says it.
[[noreturn]] void fail_unknown(const std::vector<DatabaseColumn> &columns, const std::string &name) {
    std::string known;
    for (const DatabaseColumn &column : columns) known += (known.empty() ? "'" : ", '") + column.name + "'";
    throw Error("42703", "Invalid column name: '" + name + "' in unit test fixture for expected output.\nAccepted columns for expected output are: [" + known + "]").with(core::ErrorKind::runtime);
}

const DatabaseColumn &column_named(const std::vector<DatabaseColumn> &columns, const std::string &name) {
    for (const DatabaseColumn &column : columns)
        if (column.name == name || lower(column.name) == lower(name)) return column;
    fail_unknown(columns, name);
}

// The rows with the model's names for their columns, which a test may write in other case.
project::Json with_names(const project::Json &rows, const std::vector<DatabaseColumn> &columns) {
    project::Json out = project::Json::array();
    for (const project::Json &row : rows) {
        project::Json named = project::Json::object();
        for (const auto &[name, value] : row.items()) named[column_named(columns, name).name] = value;
        out.push_back(std::move(named));
    }
    return out;
}

std::string literal(const project::Json &value, const std::string &type) {
    if (value.is_null()) return "null::" + type;
    return pg::quote_literal(value.is_string() ? value.get<std::string>() : value.dump()) + "::" + type;
}

// The expected rows as a query of the tested columns.
std::string rows_query(const project::Json &rows, const std::vector<DatabaseColumn> &columns) {
    std::string out;
    for (const project::Json &row : rows) {
        std::string cells;
        for (const DatabaseColumn &column : columns) {
            auto found = row.find(column.name);
            cells += (cells.empty() ? "" : ", ") + literal(found == row.end() ? project::Json() : *found, column.full_type) + " as " + pg::quote_ident(column.name);
        }
        out += (out.empty() ? "select " : " union all select ") + cells;
    }
    if (!out.empty()) return out;
    for (const DatabaseColumn &column : columns) out += (out.empty() ? "select null::" : ", null::") + column.full_type + " as " + pg::quote_ident(column.name);
    return out + " where false";
}

std::string names_of(const std::vector<DatabaseColumn> &columns) {
    std::string out;
    for (const DatabaseColumn &column : columns) out += (out.empty() ? "" : ", ") + pg::quote_ident(column.name);
    return out.empty() ? "*" : out;
}

// Columns that the first expected row names are compared, the others do not matter.
std::vector<DatabaseColumn> tested_columns(const project::Json &rows, const std::vector<DatabaseColumn> &actual) {
    if (rows.empty()) return actual;
    std::vector<DatabaseColumn> out;
    for (const auto &[name, value] : rows.front().items()) out.push_back(column_named(actual, name));
    return out;
}

// By their text, as dbt does: 150.0 is not 150.00.
void compare(Project &project, const std::string &actual, const std::string &expected, TestResult &result) {
    auto difference = [&](const std::string &label, const std::string &a, const std::string &b) {
        return "select '" + label + "' as side, r.row from (select pg_catalog.to_jsonb(x)::text as row from (" + a + "\n) x except all select pg_catalog.to_jsonb(x)::text from (" + b + "\n) x) r";
    };
    core::project::QueryResult rows = project.database().execute(difference("unexpected", actual, expected) + " union all " + difference("missing", expected, actual));
    result.failures = static_cast<int64_t>(rows.rows.size());
    result.status = rows.rows.empty() ? "pass" : "fail";
    std::string shown;
    for (size_t i = 0; i < rows.rows.size() && i < kShownRows; i++) shown += (i == 0 ? "" : ", ") + rows.rows[i][0].value() + " " + rows.rows[i][1].value();
    if (!rows.rows.empty()) result.message = "actual differs from expected: " + shown + (rows.rows.size() > kShownRows ? ", ..." : "");
    for (const auto &row : rows.rows) result.failed_rows.push_back(row[1].value_or("null"));
}

void run_one(Project &project, const project::OtherResource &unit, TestResult &result) {
    std::string code = project.invocation().compile_unit_test(unit.unique_id).code;
    project::Json expect = unit.content.value("expect", project::Json::object());
    project::Json rows = expect.value("rows", project::Json::array());
    if (rows.is_string()) return compare(project, "select * from (" + code + "\n) m", rows.get<std::string>(), result);
    if (rows.is_null()) rows = project::Json::array();
    std::vector<DatabaseColumn> given = project.database().describe(code);
    rows = with_names(rows, given);
    std::vector<DatabaseColumn> columns = tested_columns(rows, given);
    compare(project, "select " + names_of(columns) + " from (" + code + "\n) m", rows_query(rows, columns), result);
}

TestDef definition(const std::string &domain, const std::string &name, const Model &model, const std::string &node) {
    TestDef out;
    out.domain = domain;
    out.name = name;
    out.model = model.name;
    out.test = "unit";
    out.node = node;
    return out;
}

}  // namespace

std::vector<TestResult> run_project_unit_tests(Project &project, const Model &model) {
    std::vector<TestResult> out;
    pg::Result tests = registry("select name, node from mesh.unit_test_registry where domain = $1 and model = $2 and node is not null order by 1", {model.domain, model.name});
    for (const pg::Row &row : tests.rows) {
        TestResult result;
        result.def = definition(model.domain, row[0].value(), model, row[1].value());
        auto start = std::chrono::steady_clock::now();
        auto unit = project.manifest().others.find(row[1].value());
        ErrorData *error = pg::try_in_subtransaction([&] {
            if (unit == project.manifest().others.end()) throw Error("42704", "unit test \"" + row[1].value() + "\" is not in the project");
            run_one(project, unit->second, result);
        });
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (error != nullptr) result.tell_error(error);
        out.push_back(std::move(result));
    }
    return out;
}

}  // namespace mesh::engine
