#include "engine/registry.h"

#include <algorithm>

#include "core/digest.h"
#include "pg/lock.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
}

namespace mesh::engine {

using core::Error;

pg::Result registry(const std::string &sql, const std::vector<Value> &args) {
    return pg::as_registry([&] { return pg::query(sql, args); });
}

pg::Result registry_prepared(const std::string &sql, const std::vector<Value> &args) {
    return pg::as_registry([&] { return pg::query_prepared(sql, args); });
}

Value registry_value(const std::string &sql, const std::vector<Value> &args) {
    return pg::as_registry([&] { return pg::query_value(sql, args); });
}

void lock_registry() {
    (void)pg::lock_name("", true);
}

ModelName parse_model_name(const std::string &written) {
    const char *raw = written.c_str();
    struct Parts {
        int count;
        const char *part[2];
    };
    Parts parts = pg::call([raw] {
        Datum *items, names = DirectFunctionCall2(parse_ident, CStringGetTextDatum(raw), BoolGetDatum(true));
        Parts out = {};
        deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &items, nullptr, &out.count);
        for (int i = 0; i < out.count && i < 2; i++) out.part[i] = TextDatumGetCString(items[i]);
        return out;
    });
    if (parts.count != 2)
        throw Error("42602", "invalid model name: \"" + written + "\"", "", "A model is named domain.model, for example sales.customer_summary.");
    return {parts.part[0], parts.part[1]};
}

std::string Domain::search_path() const {
    std::string out = "pg_catalog";
    for (const std::string &name : path) out += ", " + pg::quote_ident(name);
    return out + ", pg_temp";
}

bool Domain::owns(const std::string &name) const {
    return std::find(schemas.begin(), schemas.end(), name) != schemas.end();
}

static Domain domain_from(const pg::Row &row) {
    Domain out{row[0].value(), row[1].value(), row[2].value(), pg::find_role(row[1].value()), {row[2].value()}, {}, row[4] == "t"};
    for (const Json &name : Json::parse(row[5].value())) out.schemas.push_back(name);
    for (const std::string name : Json::parse(row[3].value_or("[]"))) out.path.push_back(name == "$user" ? out.owner : name);
    if (!row[3]) out.path = {out.schema};
    return out;
}

static std::vector<Domain> domains_where(const std::string &condition, const std::vector<Value> &args) {
    std::vector<Domain> out;
    pg::Result found = registry_prepared("select d.name, d.owner, d.schema_name, pg_catalog.to_jsonb(d.search_path), d.takes_over, (select coalesce(pg_catalog.jsonb_agg(s.schema_name order by s.schema_name), '[]')"
                                " from mesh.domain_schema_registry s where s.domain = d.name) from mesh.domain_registry d where " + condition, args);
    for (const pg::Row &row : found.rows) out.push_back(domain_from(row));
    return out;
}

static std::optional<Domain> first_of(const std::vector<Domain> &domains) {
    return domains.empty() ? std::nullopt : std::optional<Domain>(domains[0]);
}

std::vector<Domain> all_domains() {
    return domains_where("true", {});
}

std::optional<Domain> find_domain(const std::string &name) {
    return first_of(domains_where("d.name = $1", {name}));
}

std::optional<Domain> find_domain_by_schema(const std::string &schema) {
    return first_of(domains_where("d.schema_name = $1 or d.name = (select n.domain from mesh.domain_schema_registry n where n.schema_name = $1)", {schema}));
}

Domain get_domain(const std::string &name) {
    std::optional<Domain> domain = find_domain(name);
    if (!domain)
        throw Error("42704", "domain \"" + name + "\" does not exist", "",
                    "Create it with mesh.create_domain(), or see the domains there are in mesh.domains.");
    return *domain;
}

Oid owner_of(const Domain &domain) {
    if (!OidIsValid(domain.owner_oid))
        throw Error("42704", "role \"" + domain.owner + "\", the owner of domain \"" + domain.name + "\", does not exist", "",
                    "Give the domain another owner with mesh.alter_domain(owner => ...).");
    return domain.owner_oid;
}

void require_owner(const Domain &domain, Oid caller) {
    if (OidIsValid(domain.owner_oid) ? pg::acts_for(caller, domain.owner_oid) : pg::is_superuser(caller)) return;
    throw Error("42501", "permission denied for domain \"" + domain.name + "\"", "",
                "Only members of its owner \"" + domain.owner + "\" may do this.");
}

bool may_run(const Domain &domain, Oid caller) {
    if (!OidIsValid(domain.owner_oid)) return false;
    if (pg::acts_for(caller, domain.owner_oid)) return true;
    pg::Result grants = registry("select grantee from mesh.run_grant_registry where domain = $1", {domain.name});
    for (const pg::Row &row : grants.rows) {
        Oid grantee = pg::find_role(row[0].value());
        if (OidIsValid(grantee) && pg::acts_for(caller, grantee)) return true;
    }
    return false;
}

void require_run(const Domain &domain, Oid caller) {
    (void)owner_of(domain);
    if (may_run(domain, caller)) return;
    throw Error("42501", "permission denied to run domain \"" + domain.name + "\"", "",
                "Its owner \"" + domain.owner + "\" can allow it with mesh.grant_run().");
}

static const char *const kModelColumns =
    "select domain, name, case when materialized = 'seed' then '' else body end, materialized, config, status, columns, built_kind, is_volatile, pg_catalog.to_jsonb(tags), description, built_sql, built_columns, schema_name, alias, node, facts, built_state, body_digest"
    " from mesh.model_registry where domain = $1";

KnownColumns KnownColumns::from_text(std::string json) {
    KnownColumns out;
    out.unread_ = std::move(json);
    return out;
}

const std::vector<pg::Column> &KnownColumns::get() const {
    if (!unread_.empty()) {
        columns_ = columns_from_json(Json::parse(unread_));
        unread_.clear();
    }
    return columns_;
}

static Model model_from(const pg::Row &row) {
    Model model;
    model.domain = row[0].value();
    model.name = row[1].value();
    model.body = row[2].value();
    model.materialized = row[3].value();
    if (row[4] != "{}") model.config = Json::parse(row[4].value());
    model.status = row[5].value();
    model.columns = KnownColumns::from_text(row[6].value());
    model.built_kind = row[7].value_or("");
    model.is_volatile = row[8].value() == "t";
    if (row[9] != "[]")
        for (const Json &tag : Json::parse(row[9].value())) model.tags.push_back(tag.get<std::string>());
    model.description = row[10];
    model.built_sql = row[11];
    model.built_columns = KnownColumns::from_text(row[12].value_or("[]"));
    model.schema = row[13];
    model.alias = row[14];
    model.node = row[15].value_or("");
    if (row[16]) model.facts = facts_from_json(Json::parse(*row[16]));
    model.built_state = row[17].value_or("");
    model.body_digest = row[18];
    return model;
}

std::optional<Model> find_model(const std::string &domain, const std::string &name) {
    pg::Result found = registry_prepared(std::string(kModelColumns) + " and name = $2", {domain, name});
    if (found.empty()) return std::nullopt;
    return model_from(found.rows[0]);
}

std::vector<Model> models_of(const std::string &domain) {
    std::vector<Model> out;
    pg::Result found = registry(std::string(kModelColumns) + " order by name", {domain});
    for (const pg::Row &row : found.rows) out.push_back(model_from(row));
    return out;
}

std::optional<Model> find_model_at(const Domain &domain, const std::string &schema, const std::string &identifier) {
    pg::Result found = registry(std::string(kModelColumns) + " and coalesce(schema_name, $2) = $3 and identifier = $4 order by materialized = 'ephemeral' limit 1",
                                {domain.name, domain.schema, schema, identifier});
    if (found.empty()) return std::nullopt;
    return model_from(found.rows[0]);
}

Model get_model(const ModelName &name) {
    std::optional<Model> model = find_model(name.domain, name.name);
    if (model) return *model;
    (void)get_domain(name.domain);
    throw Error("42704", "model \"" + name.id() + "\" does not exist", "", "See mesh.models for the models there are.").with(core::ErrorKind::database);
}

Json facts_to_json(const pg::Facts &facts) {
    Json out = {{"fingerprint", facts.fingerprint}};
    if (!facts.never.empty()) out["never"] = facts.never;
    if (facts.settings) out["settings"] = true;
    if (facts.vars) out["vars"] = true;
    if (facts.functions) out["functions"] = true;
    for (const auto &[id, columns] : facts.reads) out["reads"][id] = columns;
    return out;
}

pg::Facts facts_from_json(const Json &json) {
    pg::Facts out;
    out.fingerprint = json.value("fingerprint", "");
    out.never = json.value("never", "");
    out.settings = json.value("settings", false);
    out.vars = json.value("vars", false);
    out.functions = json.value("functions", false);
    if (auto reads = json.find("reads"); reads != json.end()) out.reads = reads->get<std::map<std::string, std::set<std::string>>>();
    return out;
}

Json columns_to_json(const std::vector<pg::Column> &columns) {
    Json out = Json::array();
    for (const pg::Column &column : columns)
        out.push_back({{"name", column.name}, {"type", column.type}, {"collation", column.collation}});
    return out;
}

std::vector<pg::Column> columns_from_json(const Json &json) {
    std::vector<pg::Column> out;
    for (const Json &column : json)
        out.push_back({column.at("name"), column.at("type"), column.value("collation", "")});
    return out;
}

std::string shown_type(const std::string &type) {
    return type.compare(0, 11, "pg_catalog.") == 0 ? type.substr(11) : type;
}

std::string cut_identifier(const std::string &name) {
    const char *text = name.c_str();
    int length = static_cast<int>(name.size());
    return name.substr(0, pg::call([=] { return pg_mbcliplen(text, length, NAMEDATALEN - 1); }));
}

std::string fit_identifier(const std::string &name) {
    constexpr size_t kMax = NAMEDATALEN - 1, kHash = 8;
    if (name.size() <= kMax) return name;
    const char *text = name.c_str();
    int length = static_cast<int>(name.size());
    int keep = pg::call([=] { return pg_mbcliplen(text, length, static_cast<int>(kMax - kHash - 1)); });
    return name.substr(0, keep) + "_" + core::md5(name).substr(0, kHash);
}

}  // namespace mesh::engine
