// mesh.create_unit_test.
#include "api/args.h"
#include "engine/unit_test.h"

using namespace mesh;
using core::Error;
using engine::Json;

MESH_FUNCTION(mesh_create_unit_test) {
    engine::Model model = engine::get_model(engine::parse_model_name(api::required(fcinfo, 0, "model")));
    engine::Domain domain = engine::get_domain(model.domain);
    engine::require_owner(domain, GetUserId());
    engine::UnitTest test;
    test.domain = model.domain;
    test.model = model.name;
    test.name = api::arg(fcinfo, 3).value_or(engine::fit_identifier("unit_" + model.name));
    if (test.name.empty() || test.name != engine::fit_identifier(test.name)) throw Error("42602", "a test's name must have 1 to 63 bytes");
    std::string given = api::required(fcinfo, 1, "given");
    test.given = engine::split_given(given);
    test.expect = api::required(fcinfo, 2, "expect");
    test.overrides = Json::parse(api::arg(fcinfo, 4).value_or("{}"));
    engine::Mesh mesh;
    engine::check_unit_test(mesh, model, test);
    engine::refuse_duplicate_test("unit_test_registry", test.domain, test.name, api::arg(fcinfo, 6).value_or("f") == "t");
    engine::registry("insert into mesh.unit_test_registry (domain, name, model, given, expect, overrides, description)"
                     " values ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7) on conflict (domain, name) do update set model = excluded.model,"
                     " given = excluded.given, expect = excluded.expect, overrides = excluded.overrides, description = excluded.description",
                     {test.domain, test.name, test.model, given, test.expect, test.overrides.dump(), api::arg(fcinfo, 5)});
    return api::text_result(test.name);
}
