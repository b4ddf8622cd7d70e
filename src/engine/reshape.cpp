#include "engine/reshape.h"

#include <algorithm>

#include "engine/build_stage.h"
#include "engine/grant.h"
#include "engine/model_contract.h"
#include "engine/statement.h"
#include "pg/relation.h"

namespace mesh::engine {

using pg::execute;
using Columns = pg::ScriptStatement::Columns;

namespace {

bool replaces_table(const Staged &own) {
    return own.target.kind == "r" && (own.how == Publish::swap || own.how == Publish::rows);
}

bool is_staged_view(const Staged &own) {
    return own.model.materialized == "view" && own.how == Publish::view && own.made.empty() && OidIsValid(own.stage_oid);
}

const std::string kUnchecked = " NOT VALID";

Oid staged_oid(const Staged &own) {
    return OidIsValid(own.stage_oid) ? own.stage_oid : own.target.oid;
}

// What a foreign key refers to has its new rows, or its name, only at the publish.
void constrain(Staged &own, const std::string &action) {
    if (!is_foreign_key(action)) execute("alter table " + own.relation + " " + action);
    else if (replaces_table(own)) execute("alter table " + own.relation + " " + action + kUnchecked);
    else own.after.push_back("alter table " + target_name(*own.domain, own.model) + " " + action);
}

// Its settings name columns as they were: it has what they ask for from here on.
void settle(Staged &own) {
    for (const std::string &index : missing_indexes(own, staged_oid(own))) execute(create_index_sql(index, own.relation));
    for (const std::string &action : missing_constraints(own.model, staged_oid(own))) constrain(own, action);
    own.model.config.erase("indexes");
    own.model.config.erase("contract");
}

// What waits runs now, on what is staged; but what ties the relation to others, and what is handed over by nobody, waits on.
void define_now(Staged &own) {
    std::erase_if(own.after, [&](const std::string &text) {
        const pg::ScriptStatement statement = pg::parse_script(text).front();
        if (statement.names.size() != 1 || statement.is_tied || (statement.tag != "CREATE INDEX" && statement.tag != "ALTER TABLE")) return false;
        execute(pg::replace_names(statement, {own.relation}));
        return true;
    });
}

// Who may read what is staged is no affair of what is published.
std::vector<std::string> shaped_traits(const Staged &own) {
    std::vector<std::string> out = traits_of(own.stage_oid, own);
    std::erase_if(out, [](const std::string &statement) { return statement.starts_with("grant "); });
    for (std::string &statement : out)
        if (statement.ends_with(kUnchecked)) statement.resize(statement.size() - kUnchecked.size());
    return out;
}

// Its reason without what is found out anew.
std::string reason_besides(const std::string &reason) {
    std::string out;
    for (size_t at = 0; at < reason.size();) {
        const size_t end = std::min(reason.find("; ", at), reason.size());
        const std::string part = reason.substr(at, end - at);
        if (!part.starts_with("its columns changed: ") && !part.starts_with("published row by row: ") && !part.starts_with("it becomes ")) add_reason(out, part);
        at = end + 2;
    }
    return out;
}

// What its reason says of the columns is true no longer.
void alter_anew(Staged &other) {
    const std::string told = "its columns changed: ", former = told + other.alter;
    other.alter = alter_actions(pg::relation_columns(other.target.oid), other.columns, other.model.built_columns);
    if (former == told || !other.reason.starts_with(former)) return;
    const std::string rest = other.reason.substr(std::min(former.size() + 2, other.reason.size()));
    other.reason = other.alter.empty() ? "" : told + other.alter;
    add_reason(other.reason, rest);
}

}  // namespace

bool reshapes(const pg::ScriptStatement &statement, const Staged &own) {
    if (statement.columns == Columns::stay) return false;
    return own.at_target || own.how == Publish::rename || replaces_table(own) || is_staged_view(own);
}

bool reshapes_other(const pg::ScriptStatement &statement, const Staged &other, const Staged &own) {
    return statement.columns == Columns::are_added && replaces_table(other) && owner_of(*other.domain) == owner_of(*own.domain);
}

void before_reshape(Staged &own, const pg::ScriptStatement &statement) {
    if (relkind_for(own.model.materialized) != "r" || !OidIsValid(staged_oid(own))) return;
    pg::as_role(owner_of(*own.domain), own.domain->search_path(), [&] {
        if (!own.is_reshaped) settle(own);
        if (statement.columns == Columns::are_moved && replaces_table(own)) define_now(own);
    });
}

void after_reshape(Staged &own) {
    if (const Oid relation = staged_oid(own); OidIsValid(relation)) own.columns = pg::relation_columns(relation);
    own.is_reshaped = true;
}

bool take_shape_of_other(Staged &other, Staged &own) {
    const Oid relation = staged_oid(other);
    if (!OidIsValid(relation) || pg::relation_columns(relation) == other.columns) return false;
    other.columns = pg::relation_columns(relation);
    other.is_reshaped = true;
    if (!replaces_table(other)) return true;
    std::vector<OnOther> traits;
    for (const std::string &trait : shaped_traits(other)) traits.push_back({other.model.id(), trait});
    own.on_others.insert(own.on_others.begin(), traits.begin(), traits.end());
    alter_anew(other);
    other.asked = {};  // of the columns as they were
    add_reason(other.reason, (other.how == Publish::swap ? "published row by row: hooks of " : "hooks of ") + own.model.id() + " change its columns");
    other.how = Publish::rows;
    return true;
}

void take_shape(Staged &own, const Stage &stage, BuildOptions options) {
    if (!own.is_reshaped || !replaces_table(own)) return;
    pg::as_role(owner_of(*own.domain), own.domain->search_path(), [&] {
        const Oid shaped = own.stage_oid;
        const std::string name = "mesh_stage_shaped_" + std::to_string(shaped), relation = pg::qualified(own.schema, name);
        pg::rename_relation(shaped, name);  // there may be but one beside the target by the name that it has
        options.stage_name = name + "_anew";
        own.key_indexes = plain_indexes(shaped);
        const std::vector<std::string> traits = shaped_traits(own);
        own.after.insert(own.after.begin(), traits.begin(), traits.end());
        own.new_indexes.clear();
        own.alter.clear();
        const std::string reason = reason_besides(own.reason);
        own.reason.clear();
        own.asked = {};  // of the columns as they were
        stage_existing(own, rows_of("select " + column_list(own.columns) + " from " + relation), stage, options);
        execute("drop table " + relation);
        if (options.is_product) grant_staged(*own.domain, own.model, own.relation);
        add_reason(own.reason, reason);
        add_reason(own.reason, "its hooks change its columns");
    });
}

}  // namespace mesh::engine
