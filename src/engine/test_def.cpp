// Tests in the registry: reading them, and checking a new one.
#include <algorithm>

#include "core/exact_json.h"
#include "core/near.h"
#include "core/text.h"
#include "engine/generic_test.h"
#include "engine/test_sql.h"
#include "pg/fragment.h"

namespace mesh::engine {

using core::Error;

namespace {

void check_column(const Model &model, const GenericTest &generic, const TestDef &test) {
    if (generic.needs_column && !test.column) throw Error("22004", "test \"" + test.test + "\" needs column_name =>");
    if (!test.column) return;
    if (!generic.takes_column)
        throw Error("22023", "test \"" + test.test + "\" takes no column", "", "Its SQL does not mention {{ column_name }}.");
    if (model.status != "ready") return;
    std::vector<std::string> names;
    for (const pg::Column &column : model.columns) names.push_back(column.name);
    if (std::find(names.begin(), names.end(), *test.column) == names.end())
        throw Error("42703", "column \"" + *test.column + "\" of model \"" + model.id() + "\" does not exist", "", core::name_hint(*test.column, names));
}

void check_threshold(const Domain &domain, const std::string &comparison, const std::string &what) {
    pg::check_comparison(comparison, what);
    pg::ParsedBody body = pg::parse_body("select 1::bigint " + comparison);
    pg::Analysis analysis = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::analyze_body(body, {}, false); });
    if (analysis.columns.size() != 1 || analysis.columns[0].type != "boolean")
        throw Error("22023", what + " \"" + comparison + "\" is not a comparison", "It does not give true or false.",
                    "Give a comparison with the number of failures, for example '> 10'.");
}

void check_settings(const Domain &domain, TestDef *test) {
    test->severity = core::lowered(test->severity);
    if (test->severity != "error" && test->severity != "warn")
        throw Error("22023", "unknown severity \"" + test->severity + "\"", "", "Use error or warn.");
    if (!test->counts_rows()) pg::check_expression(test->fail_calc, "fail_calc");
    check_threshold(domain, test->warn_if, "warn_if");
    check_threshold(domain, test->error_if, "error_if");
    if (test->limit && std::stoll(*test->limit) < 1) throw Error("22023", "limit must be at least 1");
    if (!test->where) return;
    if (test->test == "singular" && !test->is_rendered)
        throw Error("22023", "a singular test takes no where", "", "Write the condition into its SQL.");
    if (!test->is_rendered) pg::check_expression(*test->where, "where");
}

void analyze_sql(Mesh &mesh, const TestDef &test) {
    if (test.where) {
        TestDef bare;
        std::tie(bare.domain, bare.name, bare.model) = std::tie(test.domain, test.name, test.model);
        TestBody rows = fill_template(bare, "select * from {{ model }} where ");
        (void)compile(mesh, as_model(test, rows.text + *test.where));
    }
    for (const std::string &sql : {failing_template(test), detecting_template(test)})
        (void)compile(mesh, as_model(test, fill_template(test, sql).text));
}

// A test is analyzed as a model is, and it is a test that the user wrote.
void analyze_test(Mesh &mesh, const TestDef &test) {
    try {
        analyze_sql(mesh, test);
    } catch (const pg::ServerError &e) {
        pg::rename_in_error(e.data, "a model must be", "a test must be");
        pg::rename_in_error(e.data, "Data is written by the materialization, not by the body.", "It selects the rows that are wrong.");
        throw;
    } catch (const Error &e) {
        if (std::string(e.what()) != "the body is empty") throw;
        throw Error(e.sqlstate, "the SQL of the test is empty", "", "A test is one SELECT statement of the rows that are wrong.");
    }
}

}  // namespace

void check_test(Mesh &mesh, const Model *model, TestDef *test) {
    const Domain &domain = mesh.domain(test->domain);
    if (test->is_rendered) return check_settings(domain, test);
    if (model == nullptr && test->test != "singular") throw Error("22004", "a generic test needs a model");
    if (test->test == "singular") {
        if (test->column || !test->arguments.empty())
            throw Error("22023", "a singular test takes neither a column nor arguments", "", "Write them into its SQL.");
    } else {
        GenericTest generic = get_generic_test(test->test);
        check_column(*model, generic, *test);
        test->arguments = complete_arguments(generic, test->arguments);
        check_builtin_arguments(test->test, test->arguments);
        if (!generic.owner.empty()) test->sql = generic.sql;
    }
    check_settings(domain, test);
    analyze_test(mesh, *test);
}

std::vector<std::string> nodes_read(Mesh &mesh, const TestDef &test) {
    std::vector<std::string> out, sources;
    for (const Upstream &up : resolve(mesh, as_model(test, fill_template(test, failing_template(test)).text)).upstreams) {
        if (up.kind == Upstream::Kind::relation || up.id == test.model_id()) continue;
        bool is_source = up.kind == Upstream::Kind::source;
        std::string id = (is_source ? "source:" : "") + up.id;
        std::vector<std::string> &kind = is_source ? sources : out;
        if (std::find(kind.begin(), kind.end(), id) == kind.end()) kind.push_back(id);
    }
    out.insert(out.end(), sources.begin(), sources.end());
    return out;
}

void refuse_duplicate_test(const std::string &table, const std::string &domain, const std::string &name, bool replace) {
    pg::Result holders = registry("select 'test_registry' from mesh.test_registry where domain = $1 and name = $2"
                                  " union all select 'unit_test_registry' from mesh.unit_test_registry where domain = $1 and name = $2",
                                  {domain, name});
    if (holders.empty() || (replace && holders.rows[0][0] == table)) return;
    throw Error("42710", "test \"" + domain + "." + name + "\" already exists", "",
                holders.rows[0][0] == table ? "Use replace => true to change it, or give another name =>." : "Give another name =>.");
}

static TestDef test_from(const pg::Row &row) {
    TestDef test{row[0].value(), row[1].value(), row[2].value_or(""), row[3].value(), row[4].value(), row[5].value(), row[6].value(), row[7].value(),
                 row[8], row[9], row[10], row[11], core::parse_exact(row[12].value())};
    test.store_failures = row[13] == "t";
    test.is_rendered = row[14] == "t";
    test.store_as = row[15].value_or("");
    test.store_schema = row[16];
    test.store_alias = row[17];
    test.stored_kind = row[18].value_or("");
    for (const Json &id : Json::parse(row[19].value())) test.reads.push_back(id);
    test.node = row[20].value_or("");
    test.result_state = row[21].value_or("");
    return test;
}

static std::vector<TestDef> tests_where(const std::string &condition, const std::vector<Value> &args) {
    std::vector<TestDef> tests;
    pg::Result rows = registry(
        "select domain, name, model, test, severity, warn_if, error_if, fail_calc, column_name, where_clause, fail_limit, sql, arguments, store_failures, is_rendered,"
        " store_as, store_schema, store_alias, stored_kind, reads, node, result_state from mesh.test_registry where " + condition + " order by domain, name collate pg_catalog.\"C\"",
        args);
    for (const pg::Row &row : rows.rows) tests.push_back(test_from(row));
    return tests;
}

std::vector<TestDef> load_tests(const std::string &domain, const std::string &model) {
    return tests_where("domain = $1 and model = $2", {domain, model});
}

std::vector<TestDef> load_free_tests(const std::vector<std::string> &domains) {
    return tests_where("domain = any($1::text[]) and model is null", {pg::array_literal(domains)});
}

static void store_test(const TestDef &test) {
    registry(
        "insert into mesh.test_registry (domain, name, model, test, column_name, arguments, sql, severity, where_clause, warn_if, error_if, fail_limit, store_failures, reads,"
        " fail_calc, is_rendered, store_as, store_schema, store_alias, node)"
        " values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12::bigint, $13::boolean, $14::jsonb, $15, $16::boolean, $17, $18, $19, $20)"
        " on conflict (domain, name) do update set model = excluded.model, test = excluded.test, column_name = excluded.column_name,"
        " arguments = excluded.arguments, sql = excluded.sql, severity = excluded.severity, where_clause = excluded.where_clause,"
        " warn_if = excluded.warn_if, error_if = excluded.error_if, fail_limit = excluded.fail_limit, store_failures = excluded.store_failures, reads = excluded.reads,"
        " fail_calc = excluded.fail_calc, is_rendered = excluded.is_rendered, store_as = excluded.store_as, store_schema = excluded.store_schema, store_alias = excluded.store_alias, node = excluded.node",
        {test.domain, test.name, test.model.empty() ? Value() : Value(test.model), test.test, test.column, core::dump_exact(test.arguments), test.sql, test.severity, test.where,
         test.warn_if, test.error_if, test.limit, test.store_failures ? "t" : "f", Json(test.reads).dump(), test.fail_calc, test.is_rendered ? "t" : "f",
         test.store_as.empty() ? Value() : Value(test.store_as), test.store_schema, test.store_alias,
         test.node.empty() ? Value() : Value(test.node)});
}

void define_test(TestDef test, bool replace) {
    if (test.name.empty() || test.name != fit_identifier(test.name)) throw Error("42602", "a test's name must have 1 to 63 bytes");
    if (test.store_as == "ephemeral") test.store_as.clear();
    if (!test.store_as.empty() && test.store_as != "table" && test.store_as != "view")
        throw Error("22023", "invalid store_failures_as: \"" + test.store_as + "\"", "", "Use table, view or ephemeral.");
    Mesh mesh;
    check_test(mesh, test.model.empty() ? nullptr : &mesh.model({test.domain, test.model}), &test);
    refuse_duplicate_test("test_registry", test.domain, test.name, replace);
    if (!test.is_rendered) test.reads = nodes_read(mesh, test);
    store_test(test);
}

}  // namespace mesh::engine
