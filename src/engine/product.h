// Products: models that a domain publishes for others, each version with its contract.
#pragma once

#include "core/product/contract.h"
#include "engine/registry.h"

namespace mesh::engine {

struct Product {
    std::string domain, name;
    int version = 1;
    std::string model, access;
    core::Contract contract;
    std::string label() const { return "product \"" + domain + "." + name + "\" version " + std::to_string(version); }
};

// 'sales.customer_summary' as a user would write it in a call: quoted where needed, as an SQL literal.
std::string call_name(const std::string &domain, const std::string &name);

// Read only, or locked until the transaction ends: publishing, approving, granting and revoking of one product go one
// by one.
enum class Lock { none, update };

// The versions of 'domain.product', newest first, or only the given one; 'domain.model' is understood too when no
// product of the domain has that name. Raises 42602 (not two names), 42704 (no such product or version, with those
// there are in the hint), 42725 (a model that several products publish).
std::vector<Product> get_products(const std::string &text, std::optional<int> version, Lock lock);

// The newest, or the given version.
Product get_product(const std::string &text, std::optional<int> version, Lock lock);

// The domain of 'domain.product'; raises 42501 unless the caller acts for its owner. Before anything is locked.
Domain get_own_domain(const std::string &product, Oid caller);

// What the model, with these columns, can promise: columns are not null by a not_null test, keys hold by a unique test,
// a unique index or an incremental model's unique_key. Only tests of severity error without where or a threshold prove
// anything.
core::Contract current_contract(const Model &model, const std::vector<pg::Column> &columns);

// Raises 42P16, naming the product, its version and what breaks, when the model with these columns would break the
// contract of a published version. Cheap when no product publishes the model.
void check_contracts(const Model &model, const std::vector<pg::Column> &columns);

// The tests that the contracts of the model's products promise.
std::set<std::string> promised_tests(const Model &model);

struct Publication {
    ModelName model;
    Value product, access,
        description;  // default: the model's name, protected, none; what is published keeps what it has
    int version = 1;
    std::optional<Json> contract;  // default: all that the model can promise now
    bool replace = false;
};

// Registers a product version. Raises 42501 (not the domain's owner), 55000 (a pending or ephemeral model), 42710
// (published already), 22023 (a bad value), 42P16 (the contract is more than the model holds), 2BP01 (a replacement
// that its consumers would notice).
void publish_product(const Publication &publication, Oid caller);

// A dbt project's public model (its unique id) as a product version, with what its contract enforces as the product's. Raises 2BP01 when its
// consumers would notice what changes, 42710 when another model was published under this name and version.
void publish_node(const Model &model, const std::string &name, int version, const std::string &node);

// The products that came with a domain's project: with the unique id of each.
struct NodeProduct {
    Product product;
    std::string node;
};
std::vector<NodeProduct> node_products(const std::string &domain);

// Unregisters one version, or all of them; waiting requests are rejected. Raises 2BP01, naming them, while consumers
// hold it.
void unpublish_product(const std::string &product, std::optional<int> version, Oid caller);

}  // namespace mesh::engine
