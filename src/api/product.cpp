// mesh.publish, mesh.request_access, mesh.grant_product and their kin. Each ends first what has expired.
#include "api/args.h"
#include "engine/agreement.h"

extern "C" {
#include "utils/fmgroids.h"
}

using namespace mesh;
using core::Error;

namespace {

std::optional<int> version_arg(FunctionCallInfo fcinfo, int i) {
    pg::Value value = api::arg(fcinfo, i);
    return value ? std::optional<int>(std::stoi(*value)) : std::nullopt;
}

Datum number_result(int64_t number) {
    return Int64GetDatum(number);
}

// A product that the caller may not know of is told like one that does not exist.
engine::Product visible_product(const std::string &name, int version) {
    engine::Product product = engine::get_product(name, version, engine::Lock::none);
    if (product.access == "private" && pg::query_value("select mesh.sees($1)", {product.domain}) != "t")
        throw Error("42704", "product \"" + product.domain + "." + product.name + "\" does not exist", "",
                    "See mesh.products for the products there are.");
    return product;
}

}  // namespace

MESH_FUNCTION(mesh_publish) {
    (void)engine::expire_agreements();
    engine::Publication publication;
    publication.model = engine::parse_model_name(api::required(fcinfo, 0, "model"));
    publication.product = api::arg(fcinfo, 1);
    publication.version = std::stoi(api::required(fcinfo, 2, "version"));
    publication.access = api::arg(fcinfo, 3);
    publication.description = api::arg(fcinfo, 4);
    if (pg::Value contract = api::arg(fcinfo, 5)) publication.contract = engine::Json::parse(*contract);
    publication.replace = api::required(fcinfo, 6, "replace") == "t";
    engine::publish_product(publication, GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_unpublish) {
    (void)engine::expire_agreements();
    engine::unpublish_product(api::required(fcinfo, 0, "product"), version_arg(fcinfo, 1), GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_request_access) {
    (void)engine::expire_agreements();
    engine::Terms terms{api::arg(fcinfo, 2), api::arg(fcinfo, 3), version_arg(fcinfo, 4), api::arg(fcinfo, 5)};
    return number_result(engine::request_access(api::required(fcinfo, 0, "product"),
                                                api::required(fcinfo, 1, "consumer"), terms, GetUserId()));
}

MESH_FUNCTION(mesh_approve) {
    (void)engine::expire_agreements();
    engine::approve(std::stoll(api::required(fcinfo, 0, "request")), GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_reject) {
    (void)engine::expire_agreements();
    engine::reject(std::stoll(api::required(fcinfo, 0, "request")), api::arg(fcinfo, 1), GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_grant_product) {
    (void)engine::expire_agreements();
    engine::Terms terms{api::arg(fcinfo, 3), api::arg(fcinfo, 2), version_arg(fcinfo, 4), api::arg(fcinfo, 5)};
    return number_result(
        engine::grant_product(api::required(fcinfo, 0, "product"), api::required(fcinfo, 1, "to"), terms, GetUserId()));
}

MESH_FUNCTION(mesh_revoke_product) {
    (void)engine::expire_agreements();
    engine::revoke_product(api::required(fcinfo, 0, "product"), api::required(fcinfo, 1, "from"),
                           version_arg(fcinfo, 2), api::arg(fcinfo, 3), GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_expire_agreements) {
    return Int32GetDatum(static_cast<int32>(engine::expire_agreements()));
}

MESH_FUNCTION(mesh_contract_breaks) {
    engine::Product product =
        visible_product(api::required(fcinfo, 0, "product"), std::stoi(api::required(fcinfo, 1, "version")));
    engine::Model model = engine::get_model({product.domain, product.model});
    std::string breaks =
        pg::array_literal(core::difference(product.contract, engine::current_contract(model, model.columns)).breaks);
    const char *text = breaks.c_str();
    return pg::call([=] { return OidInputFunctionCall(F_ARRAY_IN, const_cast<char *>(text), TEXTOID, -1); });
}
