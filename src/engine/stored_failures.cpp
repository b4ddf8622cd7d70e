#include "engine/stored_failures.h"

#include "engine/domain.h"
#include "engine/test_sql.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

constexpr size_t kRowsPerInsert = 1000;

std::string name_of(const Domain &domain, const TestDef &test) {
    return pg::qualified(failures_schema(domain, test), failures_identifier(test));
}

void drop_former(const Domain &domain, const TestDef &test) {
    std::string schema = failures_schema(domain, test), identifier = failures_identifier(test);
    pg::Result found = pg::query("select relkind, relowner from pg_catalog.pg_class where oid = $1::oid", {std::to_string(pg::relation_oid(schema, identifier))});
    if (found.empty()) return;
    std::string kind = found.rows[0][0].value();
    bool owned = pg::acts_for(owner_of(domain), static_cast<Oid>(std::stoul(found.rows[0][1].value())));
    bool ours = kind == test.stored_kind || (domain.takes_over && (kind == "r" || kind == "v"));
    if (!owned || !ours || find_model_at(domain, schema, identifier))
        throw Error("42P07", "relation \"" + schema + "." + identifier + "\" exists and was not made by the test", "", "Give the test another alias.");
    pg::execute(std::string("drop ") + (kind == "v" ? "view " : "table ") + name_of(domain, test) + " restrict");
}

void fill(const std::string &name, const TestResult &result) {
    for (size_t first = 0; first < result.failed_rows.size(); first += kRowsPerInsert) {
        std::string rows = "[";
        for (size_t i = first; i < std::min(result.failed_rows.size(), first + kRowsPerInsert); i++) rows += (i == first ? "" : ",") + result.failed_rows[i];
        (void)pg::query("insert into " + name + " select * from pg_catalog.jsonb_to_recordset($1::jsonb) as failed(" + column_definitions(result.columns) + ")", {rows + "]"});
    }
}

// A view names what is published: it must read on when the run is over.
std::string published_sql(Mesh &mesh, const TestDef &test) {
    std::string relation = test.model.empty() ? "" : published_relation(mesh, mesh.model({test.domain, test.model}));
    std::string sql = failing_rows_sql(mesh, test, relation, {});
    return test.limit ? "select * from (" + sql + "\n) as dbt_internal_test limit " + *test.limit : sql;
}

}  // namespace

std::string failures_schema(const Domain &domain, const TestDef &test) {
    return test.store_schema ? *test.store_schema : fit_identifier(domain.schema + "_dbt_test__audit");
}

std::string failures_identifier(const TestDef &test) {
    return fit_identifier(test.store_alias ? *test.store_alias : test.name);
}

std::string store_failures(const TestResult &result) {
    Mesh mesh;  // as it is now that the run has published
    const TestDef &test = result.def;
    const Domain domain = get_domain(test.domain);
    ErrorData *error = pg::try_in_subtransaction([&] {
        claim_schema(domain, failures_schema(domain, test));
        std::string name = name_of(domain, test);
        pg::as_role(owner_of(domain), domain.search_path(), [&] {
            drop_former(domain, test);
            if (test.store_as == "view") {
                pg::execute("create view " + name + " as " + published_sql(mesh, test));
            } else {
                pg::execute("create table " + name + " (" + column_definitions(result.columns) + ")");
                fill(name, result);
            }
        });
        registry("update mesh.test_registry set stored_kind = $3 where domain = $1 and name = $2", {test.domain, test.name, test.store_as == "view" ? "v" : "r"});
    });
    return error == nullptr ? "" : error->message;
}

}  // namespace mesh::engine
