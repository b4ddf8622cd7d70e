// mesh.create_test, mesh.drop_test, mesh.create_generic_test, mesh.drop_generic_test, mesh.failures.
#include <algorithm>

#include "api/args.h"
#include "core/exact_json.h"
#include "core/near.h"
#include "engine/generic_test.h"
#include "engine/product.h"
#include "engine/check.h"
#include "pg/fragment.h"
#include "pg/report.h"

using namespace mesh;
using core::Error;
using engine::Json;

namespace {

// "domain.test" in a domain that there is, else by the rules of identifiers.
engine::ModelName split_test_name(const std::string &text) {
    pg::Result domain = engine::registry("select name from mesh.domain_registry where pg_catalog.starts_with($1, name || '.') order by length(name) desc", {text});
    if (text.find('"') == std::string::npos && !domain.empty()) return {domain.rows[0][0].value(), text.substr(domain.rows[0][0]->size() + 1)};
    pg::Result parts;
    (void)pg::try_in_subtransaction([&] { parts = pg::query("select pg_catalog.unnest(pg_catalog.parse_ident($1))", {text}); });
    if (parts.rows.size() == 2) return {parts.rows[0][0].value(), parts.rows[1][0].value()};
    throw Error("42602", "invalid test name: \"" + text + "\"", "", "A test is named domain.test; see mesh.tests.");
}

// A test by its name as it is registered, "domain.name"; quoted parts are understood too.
engine::ModelName registered_test(const std::string &table, const std::string &text) {
    pg::Result found = engine::registry("select domain, name from mesh." + table + " where domain || '.' || name = $1", {text});
    if (found.rows.size() == 1) return {found.rows[0][0].value(), found.rows[0][1].value()};
    engine::ModelName name = split_test_name(text);
    pg::Result all = engine::registry("select name from mesh." + table + " where domain = $1 order by name", {name.domain});
    std::vector<std::string> names;
    for (const pg::Row &row : all.rows) names.push_back(row[0].value());
    if (std::find(names.begin(), names.end(), name.name) != names.end()) return name;
    throw Error("42704", "test \"" + text + "\" does not exist", "", core::name_hint(name.name, names));
}

// A product may promise the test: then it may not go, nor become weaker.
void check_promises(const engine::Domain &domain, const std::string &model_name) {
    engine::Model model = engine::get_model({domain.name, model_name});
    engine::check_contracts(model, model.columns);
}

void drop_registered(const std::string &table, const std::string &text) {
    engine::ModelName name = registered_test(table, text);
    engine::Domain domain = engine::get_domain(name.domain);
    engine::require_owner(domain, GetUserId());
    pg::Result gone = engine::registry("delete from mesh." + table + " where domain = $1 and name = $2 returning model", {name.domain, name.name});
    for (const pg::Row &row : gone.rows)
        if (row[0]) check_promises(domain, *row[0]);
}

engine::TestDef read_test(FunctionCallInfo fcinfo, const engine::Model &model) {
    engine::TestDef test;
    test.domain = model.domain;
    test.model = model.name;
    test.sql = api::arg(fcinfo, 9);
    test.test = api::arg(fcinfo, 1).value_or(test.sql ? "singular" : "");
    if (test.test.empty()) throw Error("22004", "a test needs the name of a generic test, or sql =>");
    if (test.sql && test.test != "singular")
        throw Error("22023", "a test is either generic or given by sql =>, not both", "", "Create a generic test of your own with mesh.create_generic_test().");
    if (test.test == "singular" && !test.sql) throw Error("22004", "a singular test needs sql =>");
    test.column = api::arg(fcinfo, 2);
    test.arguments = core::parse_exact(api::arg(fcinfo, 3).value_or("{}"));
    if (!test.arguments.is_object()) throw Error("22023", "arguments must be a JSON object", "", "For example '{\"values\": [1, 2]}'.");
    test.severity = api::arg(fcinfo, 4).value_or("error");
    test.where = api::arg(fcinfo, 5);
    test.warn_if = api::arg(fcinfo, 6).value_or("!= 0");
    test.error_if = api::arg(fcinfo, 7).value_or("!= 0");
    test.limit = api::arg(fcinfo, 8);
    test.store_failures = api::arg(fcinfo, 11).value_or("f") == "t";
    test.fail_calc = api::arg(fcinfo, 13).value_or("count(*)");
    test.store_as = api::arg(fcinfo, 14).value_or("");
    test.store_schema = api::arg(fcinfo, 15);
    test.store_alias = api::arg(fcinfo, 16);
    return test;
}

void check_generic(const std::string &name, const std::vector<std::string> &arguments, const std::string &sql) {
    if (name.empty() || name == "singular" || name == "unit" || engine::is_builtin_test(name))
        throw Error("42939", "\"" + name + "\" cannot be the name of a generic test", "", "Choose a name that is not built in.");
    std::vector<std::string> known = {"model", "column_name"};
    for (const std::string &argument : arguments) known.push_back(engine::parse_argument(argument).name);
    std::vector<std::string> used = pg::placeholder_names(sql);
    std::map<std::string, pg::Placeholder> any;
    for (const std::string &argument : known) any[argument] = {"x", "x"};
    (void)pg::fill_placeholders(sql, any);  // raises, with its position, for a placeholder that is no argument
    if (std::find(used.begin(), used.end(), "model") == used.end())
        throw Error("22023", "the SQL of a generic test must read {{ model }}", "", "For example select * from {{ model }} where {{ column_name }} < 0.");
}

void require_generic_owner(const std::string &name, const std::string &owner) {
    if (!pg::acts_for(GetUserId(), pg::role_oid(owner)))
        throw Error("42501", "must be owner of generic test \"" + name + "\"", "", "It belongs to \"" + owner + "\".");
}

// The tests of domains that the caller acts for get the new text, checked; others keep what their owners have accepted.
void pass_on(const std::string &name) {
    pg::Result users = engine::registry("select distinct domain, model from mesh.test_registry where test = $1 order by 1, 2", {name});
    for (const pg::Row &row : users.rows) {
        engine::Domain domain = engine::get_domain(row[0].value());
        for (engine::TestDef test : engine::load_tests(row[0].value(), row[1].value())) {
            if (test.test != name) continue;
            if (!pg::acts_for(GetUserId(), engine::owner_of(domain))) {
                pg::notice("test \"" + test.id() + "\" of another owner keeps the former SQL");
                continue;
            }
            engine::define_test(test, true);
        }
    }
}

}  // namespace

MESH_FUNCTION(mesh_create_test) {
    pg::Value model_name = api::arg(fcinfo, 0), given = api::arg(fcinfo, 10);
    bool replace = api::arg(fcinfo, 12).value_or("f") == "t";
    if (!model_name && !given) throw Error("22004", "a test that belongs to no model needs a name", "", "Give name => 'domain.test'.");
    engine::Model model;
    if (model_name) model = engine::get_model(engine::parse_model_name(*model_name));
    else std::tie(model.domain, given) = [](const engine::ModelName &name) { return std::pair(name.domain, pg::Value(name.name)); }(split_test_name(*given));
    engine::Domain domain = engine::get_domain(model.domain);
    engine::require_owner(domain, GetUserId());
    engine::TestDef test = read_test(fcinfo, model);
    std::string standard = test.test == "singular" ? engine::fit_identifier("singular_" + model.name)
                                                   : engine::standard_test_name(test.test, model.name, test.column, test.arguments);
    test.name = given.value_or(standard);
    engine::define_test(test, replace);
    if (model_name) check_promises(domain, model.name);
    return api::text_result(test.name);
}

MESH_FUNCTION(mesh_drop_test) {
    drop_registered("test_registry", api::required(fcinfo, 0, "name"));
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_drop_unit_test) {
    drop_registered("unit_test_registry", api::required(fcinfo, 0, "name"));
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_create_generic_test) {
    std::string name = api::required(fcinfo, 0, "name"), list = api::required(fcinfo, 1, "arguments"), sql = api::required(fcinfo, 2, "sql");
    check_generic(name, pg::parse_array(list), sql);
    pg::Value owner = engine::registry_value("select owner from mesh.generic_test_registry where name = $1", {name});
    if (owner && api::arg(fcinfo, 3).value_or("f") != "t")
        throw Error("42710", "generic test \"" + name + "\" already exists", "", "Use replace => true to change it.");
    if (owner) require_generic_owner(name, *owner);
    engine::registry("insert into mesh.generic_test_registry (name, arguments, sql, owner) values ($1, $2::text[], $3, $4)"
                     " on conflict (name) do update set arguments = excluded.arguments, sql = excluded.sql",
                     {name, list, sql, pg::role_name(GetUserId())});
    if (owner) pass_on(name);
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_drop_generic_test) {
    std::string name = api::required(fcinfo, 0, "name");
    if (engine::is_builtin_test(name)) throw Error("42939", "generic test \"" + name + "\" is built in");
    require_generic_owner(name, engine::get_generic_test(name).owner);
    pg::Value users = engine::registry_value("select pg_catalog.string_agg(domain || '.' || name, ', ' order by domain, name) from mesh.test_registry where test = $1", {name});
    if (users) throw Error("2BP01", "cannot drop generic test \"" + name + "\" because tests use it", "Used by " + *users + ".", "Drop them first with mesh.drop_test().");
    engine::registry("delete from mesh.generic_test_registry where name = $1", {name});
    PG_RETURN_VOID();
}

// The rows belong to the domain: only members of its owner see them, whoever started the run.
MESH_FUNCTION(mesh_failures) {
    engine::ModelName name = registered_test("test_registry", api::required(fcinfo, 0, "test"));
    engine::require_owner(engine::get_domain(name.domain), GetUserId());
    pg::Value run = api::arg(fcinfo, 1);
    if (!run)
        run = engine::registry_value("select pg_catalog.max(run_id) from mesh.step_history where node = $1 and kind = 'test'", {name.domain + "." + name.name});
    pg::Result rows = engine::registry("select failed from mesh.failure_history where domain = $1 and test = $2 and run_id = $3::bigint limit $4::bigint",
                                       {name.domain, name.name, run, api::arg(fcinfo, 2)});
    api::start_values(fcinfo);
    for (const pg::Row &row : rows.rows) api::add_row(fcinfo, row);
    return Datum(0);
}
