#include "engine/product.h"

#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/consumer.h"
#include "engine/model_contract.h"
#include "engine/target.h"
#include "pg/compat.h"

namespace mesh::engine {

using core::Contract;
using core::Error;

namespace {

ModelName parse_product_name(const std::string &text) {
    pg::Result parts = pg::query("select pg_catalog.unnest(pg_catalog.parse_ident($1))", {text});
    if (parts.rows.size() != 2)
        throw Error("42602", "invalid product name: \"" + text + "\"", "",
                    "A product is named domain.product, for example sales.customer_summary.");
    return {parts.rows[0][0].value(), parts.rows[1][0].value()};
}

// A dbt model without an enforced contract promises nothing.
Contract stored_contract(const Json &json) {
    return json.value("columns", Json::array()).empty() ? Contract() : core::contract_from_json(json);
}

Product product_from(const pg::Row &row) {
    return {row[0].value(), row[1].value(), std::stoi(row[2].value()),
            row[3].value(), row[4].value(), stored_contract(Json::parse(row[5].value()))};
}

std::vector<Product> products_where(const char *column, const std::string &domain, const std::string &name, Lock lock) {
    pg::Result found =
        registry_prepared(std::string("select domain, name, version, model, access, contract from mesh.product_registry"
                             " where domain = $1 and ") +
                     column + " = $2 order by name, version desc" + (lock == Lock::update ? " for update" : ""),
                 {domain, name});
    std::vector<Product> out;
    for (const pg::Row &row : found.rows) out.push_back(product_from(row));
    return out;
}

// 'domain.model', in place of the product's own name.
std::vector<Product> products_by_model(const ModelName &name, Lock lock) {
    std::vector<Product> found = products_where("model", name.domain, name.name, lock);
    for (const Product &product : found)
        if (product.name != found[0].name)
            throw Error("42725", "more than one product publishes model \"" + name.domain + "." + name.name + "\"", "",
                        "Name the product: " + call_name(name.domain, found[0].name) + " or " +
                            call_name(name.domain, product.name) + ".");
    return found;
}

[[noreturn]] void no_product(const ModelName &name) {
    std::string id = name.domain + "." + name.name;
    (void)get_domain(name.domain);
    throw Error("42704", "product \"" + id + "\" does not exist", "",
                find_model(name.domain, name.name)
                    ? "Its model is not published yet: use mesh.publish(" + call_name(name.domain, name.name) + ")."
                    : "See mesh.products for the products there are.");
}

// As types are written in contracts: qualified, unless they are PostgreSQL's own.
std::string type_name(std::string type) {
    constexpr std::string_view own = "pg_catalog.";
    return type.compare(0, own.size(), own) == 0 ? type.substr(own.size()) : type;
}

// "int" and "integer" are one type: written as the analyzer writes it. Raises what the server raises for an unknown
// type.
std::string canonical_type(const std::string &type) {
    const char *text = type.c_str();
    return type_name(pg::call([=]() -> const char * {
        Oid oid;
        int32 typmod;
        pg::compat::parse_type(text, &oid, &typmod);
        return format_type_extended(oid, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
    }));
}

void add_key(Contract &contract, const std::vector<std::string> &columns) {
    core::ContractKey key{columns, true};
    for (const std::string &name : columns) {
        const core::ContractColumn *column = contract.find(name);
        if (column == nullptr) return;
        key.primary = key.primary && column->not_null;
    }
    for (const core::ContractKey &other : contract.keys)
        if (other.columns == columns) return;
    if (!columns.empty()) contract.keys.push_back(key);
}

std::vector<std::string> column_names(const Json &json) {
    std::vector<std::string> out;
    for (const Json &name : json.is_array() ? json : Json::array({json}))
        if (name.is_string()) out.push_back(name);
    return out;
}

// Keys that the materialization holds, whatever the tests.
void add_configured_keys(Contract &contract, const Model &model) {
    if (model.materialized == "incremental" && model.config.value("incremental_strategy", "") != "append" && !keeps_itself(model) &&
        model.config.contains("unique_key"))
        add_key(contract, column_names(model.config["unique_key"]));
    if (model.materialized == "view" || !model.config.contains("indexes")) return;
    for (const Json &index : model.config["indexes"])
        if (index.is_object() && index.value("unique", Json(false)) == true)
            add_key(contract, column_names(index.value("columns", Json::array())));
}

// What an enforced contract's constraints hold, where the server checks them.
void add_constraint(Contract &contract, const Json &constraint, const Json &own_column) {
    std::string type = constraint.value("type", "");
    std::vector<std::string> columns = column_names(constraint.contains("columns") && !constraint["columns"].empty() ? constraint["columns"] : own_column);
    for (core::ContractColumn &column : contract.columns)
        if (type == "not_null" || type == "primary_key") column.not_null = column.not_null || std::find(columns.begin(), columns.end(), column.name) != columns.end();
    if (type == "unique" || type == "primary_key") add_key(contract, columns);
}

void add_constraints(Contract &contract, const Model &model) {
    if (!has_enforced_contract(model) || relkind_for(model.materialized) != "r") return;
    for (const Json &column : model.config.value("columns", Json::array()))
        for (const Json &constraint : column.value("constraints", Json::array())) add_constraint(contract, constraint, column["name"]);
    for (const Json &constraint : model.config.value("constraints", Json::array())) add_constraint(contract, constraint, Json::array());
}

// Of a dbt model only what its contract enforces is promised.
Contract enforced_contract(const Model &model) {
    Contract out;
    if (!has_enforced_contract(model)) return out;
    for (const pg::Column &column : model.columns) out.columns.push_back({column.name, type_name(column.type), false});
    add_constraints(out, model);
    return out;
}

Contract given_contract(const Json &json) {
    Contract contract = core::contract_from_json(json);
    for (core::ContractColumn &column : contract.columns) column.type = canonical_type(column.type);
    return contract;
}

void require_publishable(const Model &model) {
    if (model.status != "ready")
        throw Error("55000", "model \"" + model.id() + "\" is pending and cannot be published", "",
                    "Create what it waits for: see pending_on in mesh.models.");
    if (model.materialized == "ephemeral")
        throw Error("55000", "model \"" + model.id() + "\" is ephemeral and cannot be published",
                    "Nothing is built from it that consumers could read.", "Materialize it as a view or a table.");
}

void require_known_access(const std::string &access) {
    if (access != "public" && access != "protected" && access != "private")
        throw Error("22023", "unknown access \"" + access + "\"", "", "Use public, protected or private.");
}

// What consumers hold stays as it was promised to them.
void require_replaceable(const Product &old, const Product &now, const std::string &otherwise) {
    std::string held = holders(old);
    if (held.empty()) return;
    std::string what = "cannot replace " + old.label() + " because consumers hold it";
    std::string hint = otherwise + ", or take it back first with mesh.revoke_product().";
    if (now.access == "private") throw Error("2BP01", what, "It would be private. Held by " + held + ".", hint);
    if (now.model != old.model)
        throw Error("2BP01", what, "They read model \"" + old.domain + "." + old.model + "\". Held by " + held + ".",
                    hint);
    std::vector<std::string> breaks = core::difference(old.contract, now.contract).breaks;
    if (!breaks.empty()) throw Error("2BP01", what, core::sentence(breaks) + " Held by " + held + ".", hint);
}

[[noreturn]] void published_already(const Product &product, int next) {
    throw Error(
        "42710", product.label() + " is published already", "",
        "Use replace => true to change it, or version => " + std::to_string(next) + " to publish another beside it.");
}

// The contract that is given, or else all that the model holds.
Contract promise(const Publication &publication, const Model &model) {
    Contract now = current_contract(model, model.columns);
    if (!publication.contract) return now;
    Contract given = given_contract(*publication.contract);
    std::vector<std::string> breaks = core::difference(given, now).breaks;
    if (!breaks.empty())
        throw Error("42P16", "model \"" + model.id() + "\" does not hold this contract", core::sentence(breaks),
                    "Promise less, or change the model; not_null and unique tests of severity error prove nullability "
                    "and keys.");
    return given;
}

void store(const Product &product, const Value &description) {
    registry(
        "insert into mesh.product_registry (domain, name, version, model, access, contract, description)"
        " values ($1, $2, $3::int, $4, $5, $6::jsonb, $7) on conflict (domain, name, version) do update set model = "
        "excluded.model,"
        " access = excluded.access, contract = excluded.contract, published_at = pg_catalog.now(),"
        " description = coalesce(excluded.description, product_registry.description)",
        {product.domain, product.name, std::to_string(product.version), product.model, product.access,
         core::contract_to_json(product.contract).dump(), description});
}

void unpublish_one(const Product &product, Oid caller) {
    std::string held = holders(product);
    if (!held.empty())
        throw Error("2BP01", "cannot unpublish " + product.label() + " because consumers hold it",
                    "Held by " + held + ".", "Agree with them, then use mesh.revoke_product() for each.");
    std::string version = std::to_string(product.version);
    registry(
        "update mesh.agreement_registry set status = 'rejected', reason = 'the product was unpublished', decided_by = "
        "$4,"
        " decided_at = pg_catalog.now() where domain = $1 and product = $2 and version = $3::int and status = "
        "'requested'",
        {product.domain, product.name, version, pg::role_name(caller)});
    registry("delete from mesh.product_registry where domain = $1 and name = $2 and version = $3::int",
             {product.domain, product.name, version});
}

}  // namespace

std::string call_name(const std::string &domain, const std::string &name) {
    return pg::quote_literal(pg::qualified(domain, name));
}

std::vector<Product> get_products(const std::string &text, std::optional<int> version, Lock lock) {
    ModelName name = parse_product_name(text);
    std::vector<Product> all = products_where("name", name.domain, name.name, lock);
    if (all.empty()) all = products_by_model(name, lock);
    if (all.empty()) no_product(name);
    if (!version) return all;
    std::string versions;
    for (const Product &product : all) {
        if (product.version == *version) return {product};
        versions += (versions.empty() ? "" : ", ") + std::to_string(product.version);
    }
    throw Error("42704",
                "product \"" + all[0].domain + "." + all[0].name + "\" has no version " + std::to_string(*version), "",
                "Published versions: " + versions + ".");
}

Product get_product(const std::string &text, std::optional<int> version, Lock lock) {
    return get_products(text, version, lock).front();
}

Domain get_own_domain(const std::string &product, Oid caller) {
    Domain domain = get_domain(parse_product_name(product).domain);
    require_owner(domain, caller);
    return domain;
}

Contract current_contract(const Model &model, const std::vector<pg::Column> &columns) {
    Contract out;
    pg::Result tests = registry(
        "select name, test, column_name, where_clause is null and error_if = '!= 0' from mesh.test_registry"
        " where domain = $1 and model = $2 and severity = 'error' order by name",
        {model.domain, model.name});
    for (const pg::Column &column : columns) out.columns.push_back({column.name, type_name(column.type), false});
    for (const pg::Row &row : tests.rows) {
        out.tests.push_back(row[0].value());
        for (core::ContractColumn &column : out.columns)
            column.not_null = column.not_null || (row[1] == "not_null" && row[2] == column.name && row[3] == "t");
    }
    for (const pg::Row &row : tests.rows)
        if (row[1] == "unique" && row[2] && row[3] == "t") add_key(out, {*row[2]});
    add_configured_keys(out, model);
    add_constraints(out, model);
    return out;
}

void check_contracts(const Model &model, const std::vector<pg::Column> &columns) {
    std::vector<Product> products = products_where("model", model.domain, model.name, Lock::none);
    if (products.empty()) return;
    if (model.materialized == "ephemeral" || columns.empty())
        throw Error(
            "42P16", "model \"" + model.id() + "\" must stay readable: " + products[0].label() + " publishes it",
            columns.empty() ? "Something that it reads does not exist." : "Nothing is built from an ephemeral model.",
            "Use mesh.unpublish(" + call_name(model.domain, products[0].name) + ") first.");
    Contract now = current_contract(model, columns);
    for (const Product &product : products) {
        std::vector<std::string> breaks = core::difference(product.contract, now).breaks;
        if (breaks.empty()) continue;
        std::string next = std::to_string(products_where("name", model.domain, product.name, Lock::none)[0].version + 1);
        throw Error("42P16", "model \"" + model.id() + "\" would break the contract of " + product.label(),
                    core::sentence(breaks),
                    "Give the new form a model of its own and publish that as mesh.publish(..., product => " +
                        pg::quote_literal(product.name) + ", version => " + next +
                        "), or take this version back with mesh.unpublish().");
    }
}

void publish_product(const Publication &publication, Oid caller) {
    Domain domain = get_domain(publication.model.domain);
    require_owner(domain, caller);
    Model model = get_model(publication.model);
    require_publishable(model);
    Product product{domain.name, publication.product.value_or(model.name), publication.version, model.name, "", {}};
    if (product.name.empty()) throw Error("42602", "a product needs a name");
    if (product.version < 1) throw Error("22023", "version must be 1 or more");
    std::vector<Product> versions = products_where("name", domain.name, product.name, Lock::update);
    auto old =
        std::find_if(versions.begin(), versions.end(), [&](const Product &p) { return p.version == product.version; });
    bool replaces = old != versions.end();
    if (replaces && !publication.replace) published_already(product, versions.front().version + 1);
    product.access = publication.access.value_or(replaces ? old->access : "protected");
    require_known_access(product.access);
    product.contract = promise(publication, model);
    if (replaces) require_replaceable(*old, product, "Publish it beside the old one as version => " + std::to_string(old->version + 1));
    store(product, publication.description);
}

std::vector<NodeProduct> node_products(const std::string &domain) {
    std::vector<NodeProduct> out;
    for (const pg::Row &row : registry("select domain, name, version, model, access, contract, node from mesh.product_registry where domain = $1 and node is not null order by name, version",
                                       {domain}).rows)
        out.push_back({product_from(row), row[6].value()});
    return out;
}

void publish_node(const Model &model, const std::string &name, int version, const std::string &node) {
    Product product{model.domain, name, version, model.name, "public", enforced_contract(model)};
    bool stored = false;
    for (const Product &old : products_where("name", product.domain, name, Lock::update)) {
        if (old.version != version) continue;
        if (old.model != product.model)
            throw Error("42710", old.label() + " is published already", "It publishes model \"" + old.domain + "." + old.model + "\".", "Take it back with mesh.unpublish() first.");
        require_replaceable(old, product, "Give the new form a version of its own in the project");
        stored = old.access == product.access && old.contract == product.contract;
    }
    if (!stored) store(product, {});
    registry("update mesh.product_registry set node = $4, description = $5 where domain = $1 and name = $2 and version = $3::int",
             {product.domain, name, std::to_string(version), node, model.description});
}

void unpublish_product(const std::string &text, std::optional<int> version, Oid caller) {
    (void)get_own_domain(text, caller);
    for (const Product &product : get_products(text, version, Lock::update)) unpublish_one(product, caller);
}

std::set<std::string> promised_tests(const Model &model) {
    std::set<std::string> out;
    pg::Result rows = registry("select distinct t from mesh.product_registry, pg_catalog.jsonb_array_elements_text(contract->'tests') t"
                               " where domain = $1 and model = $2",
                               {model.domain, model.name});
    for (const pg::Row &row : rows.rows) out.insert(row[0].value());
    return out;
}

}  // namespace mesh::engine
