#include "engine/check.h"

#include <chrono>

namespace mesh::engine {

using core::Error;

namespace {

std::string value_list(const Json &values) {
    std::string out;
    for (const Json &value : values)
        out += (out.empty() ? "" : ", ") + pg::quote_literal(value.is_string() ? value.get<std::string>() : value.dump());
    return out.empty() ? "null" : out;
}

// The condition that a bad row meets, for tests that look at one row at a time.
std::string bad_row(const TestDef &test) {
    std::string column = pg::quote_ident(test.column.value());
    if (test.test == "not_null") return column + " is null";
    return column + " not in (" + value_list(test.arguments.at("values")) + ")";
}

std::string from_where(const TestDef &test, const std::string &relation) {
    if (!test.where) return relation + " as model_rows";
    return "(select * from " + relation + " as model_rows where " + *test.where + ") as model_rows";
}

// "sales.orders", where this run has it staged or where it is published.
std::string other_relation(const std::string &id, const Stage &stage) {
    auto staged = stage.find(id);
    if (staged != stage.end()) return staged->second.relation;
    ModelName name = parse_model_name(id);
    std::optional<Domain> domain = find_domain(name.domain);
    return domain ? pg::qualified(domain->schema, fit_identifier(name.name)) : pg::qualified(name.domain, name.name);
}

std::string replace_all(std::string text, const std::string &from, const std::string &to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
    return text;
}

// A generic test of the user: {{ model }}, {{ column_name }} and its arguments are put in as they are.
std::string generic_sql(const TestDef &test, const std::string &relation) {
    Value sql = registry_value("select sql from mesh.generic_test_registry where name = $1", {test.test});
    if (!sql)
        throw Error("42704", "generic test \"" + test.test + "\" does not exist", "",
                    "Create it with mesh.create_generic_test(), or use not_null, unique, accepted_values or relationships.");
    std::string text = replace_all(*sql, "{{ model }}", "(select * from " + from_where(test, relation) + ")");
    if (test.column) text = replace_all(text, "{{ column_name }}", pg::quote_ident(*test.column));
    for (const auto &[key, value] : test.arguments.items())
        text = replace_all(text, "{{ " + key + " }}", value.is_string() ? value.get<std::string>() : value.dump());
    return text;
}

std::string capped(const TestDef &test, const std::string &count) {
    return test.limit ? "least(" + count + ", " + *test.limit + ")" : count;
}

std::string verdicts(const TestDef &test, const std::string &count) {
    return count + ", " + count + " " + test.error_if + ", " + count + " " + test.warn_if;
}

// dbt's order: severity error looks at error_if first, then at warn_if; severity warn never fails.
void judge(TestResult &result, const pg::Row &row, size_t at) {
    result.failures = std::stoll(row[at].value_or("0"));
    bool error = row[at + 1] == "t", warn = row[at + 2] == "t";
    result.status = error && result.def.severity == "error" ? "fail" : warn ? "warn" : "pass";
    if (result.status == "pass") return;
    result.message = "got " + std::to_string(*result.failures) + (*result.failures == 1 ? " result" : " results") +
                     ", configured to " + (result.status == "fail" ? "fail if " + result.def.error_if : "warn if " + result.def.warn_if);
}

void set_error(TestResult &result, const ErrorData *error) {
    result.status = "error";
    result.message = error->message == nullptr ? "unknown error" : error->message;
}

void run_one(Mesh &mesh, TestResult &result, const Domain &domain, const std::string &relation, const Stage &stage) {
    ErrorData *error = pg::try_in_subtransaction([&] {
        std::string count = capped(result.def, "count(*)");
        std::string sql = "select " + verdicts(result.def, count) + " from (" + failing_rows_sql(mesh, result.def, relation, stage) + "\n) as failing";
        pg::Result rows = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::query_as_of(sql); });
        judge(result, rows.rows.at(0), 0);
    });
    if (error != nullptr) set_error(result, error);
}

// All single-row tests in one scan; on an error they run one by one, so that each has its own verdict.
void run_fused(Mesh &mesh, std::vector<TestResult *> &fused, const Domain &domain, const std::string &relation, const Stage &stage) {
    ErrorData *error = pg::try_in_subtransaction([&] {
        std::string sql;
        for (const TestResult *result : fused) {
            const TestDef &test = result->def;
            std::string filter = bad_row(test) + (test.where ? " and (" + *test.where + ")" : "");
            sql += (sql.empty() ? "select " : ", ") + verdicts(test, capped(test, "count(*) filter (where " + filter + ")"));
        }
        sql += " from " + relation + " as model_rows";
        pg::Result rows = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::query_as_of(sql); });
        for (size_t i = 0; i < fused.size(); i++) judge(*fused[i], rows.rows.at(0), 3 * i);
    });
    if (error == nullptr) return;
    for (TestResult *result : fused) run_one(mesh, *result, domain, relation, stage);
}

}  // namespace

std::vector<TestDef> load_tests(const std::string &domain, const std::string &model) {
    std::vector<TestDef> tests;
    pg::Result rows = registry(
        "select domain, name, model, test, severity, warn_if, error_if, column_name, where_clause, fail_limit, sql, arguments"
        " from mesh.test_registry where domain = $1 and model = $2 order by name",
        {domain, model});
    for (const pg::Row &row : rows.rows)
        tests.push_back({row[0].value(), row[1].value(), row[2].value(), row[3].value(), row[4].value(), row[5].value(),
                         row[6].value(), row[7], row[8], row[9], row[10], Json::parse(row[11].value())});
    return tests;
}

std::string failing_rows_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage) {
    if (test.test == "singular") {
        Model model;
        model.domain = test.domain;
        model.name = test.model;
        model.body = test.sql.value();
        return runnable_sql(mesh, model, resolve(mesh, model), &stage, false);
    }
    if (test.row_test()) return "select * from " + from_where(test, relation) + " where " + bad_row(test);
    if (test.test == "unique") {
        std::string column = pg::quote_ident(test.column.value());
        return "select " + column + " as unique_field, count(*) as n_records from " + from_where(test, relation) + " where " +
               column + " is not null group by 1 having count(*) > 1";
    }
    if (test.test == "relationships") {
        std::string column = pg::quote_ident(test.column.value()), field = pg::quote_ident(test.arguments.at("field"));
        return "select model_rows.* from " + from_where(test, relation) + " where model_rows." + column +
               " is not null and not exists (select 1 from " + other_relation(test.arguments.at("to"), stage) +
               " as parent where parent." + field + " = model_rows." + column + ")";
    }
    return generic_sql(test, relation);
}

std::vector<TestResult> run_tests(Mesh &mesh, const Domain &domain, const std::vector<TestDef> &tests, const std::string &relation, const Stage &stage) {
    std::vector<TestResult> results;
    for (const TestDef &test : tests) results.push_back({test, "", {}, "", "", 0});
    std::vector<TestResult *> fused;
    for (TestResult &result : results) {
        auto start = std::chrono::steady_clock::now();
        if (result.def.row_test()) fused.push_back(&result);
        else run_one(mesh, result, domain, relation, stage);
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    if (!fused.empty()) run_fused(mesh, fused, domain, relation, stage);
    return results;
}

std::vector<std::string> failing_rows(Mesh &mesh, const Domain &domain, const TestResult &result, const std::string &relation, const Stage &stage) {
    std::vector<std::string> out;
    if (!result.failures || *result.failures == 0) return out;
    (void)pg::try_in_subtransaction([&] {  // the verdict stands without its examples
        std::string sql = "select pg_catalog.to_jsonb(failing) from (" + failing_rows_sql(mesh, result.def, relation, stage) + "\n) as failing limit 100";
        pg::Result rows = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::query_as_of(sql); });
        for (const pg::Row &row : rows.rows) out.push_back(row[0].value());
    });
    return out;
}

}  // namespace mesh::engine
