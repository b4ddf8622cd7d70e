#include "engine/proof.h"

#include "pg/index_walk.h"

namespace mesh::engine {

Proofs::Proofs(const std::string &relation) : relation_(relation) {
    if (relation.empty() || relation[0] == '(') return;  // an ephemeral model: a query, not a relation
    Value oid = pg::query_value("select pg_catalog.to_regclass($1)::pg_catalog.oid", {relation});
    if (!oid) return;
    read_indexes(*oid);
    read_columns(*oid);
    read_foreign_keys(*oid);
    has_check_ = pg::query_value("select 1 from pg_catalog.pg_constraint where conrelid = $1::oid and contype = 'c' and convalidated", {*oid}).has_value();
}

// Not null constraints may be there without being valid since 18.
void Proofs::read_columns(const std::string &oid) {
    pg::Result rows = pg::query(
        "select attname from pg_catalog.pg_attribute a where attrelid = $1::oid and attnum > 0 and attnotnull and not attisdropped"
        " and not exists (select 1 from pg_catalog.pg_constraint c where c.conrelid = a.attrelid and c.contype = 'n'"
        " and a.attnum = any (c.conkey) and not c.convalidated)",
        {oid});
    for (const pg::Row &row : rows.rows) not_null_[row[0].value()] = "proven by the column's NOT NULL constraint";
}

// One column, its own collation and default operators, all rows, checked at once; and no children, whose rows it would not cover.
void Proofs::read_indexes(const std::string &oid) {
    pg::Result rows = pg::query(
        "select a.attname from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
        " join pg_catalog.pg_opclass o on o.oid = i.indclass[0]"
        " join pg_catalog.pg_class t on t.oid = i.indrelid"
        " where i.indrelid = $1::oid and i.indisunique and i.indisvalid and i.indimmediate and not i.indisexclusion and i.indnkeyatts = 1"
        " and i.indpred is null and i.indexprs is null and o.opcdefault and i.indcollation[0] = a.attcollation"
        " and (t.relkind = 'p' or not exists (select 1 from pg_catalog.pg_inherits h where h.inhparent = t.oid))",
        {oid});
    for (const pg::Row &row : rows.rows) unique_[row[0].value()] = "proven by a unique index";
}

void Proofs::read_foreign_keys(const std::string &oid) {
    pg::Result rows = pg::query(
        "select a.attname, f.attname, c.confrelid, c.conname from pg_catalog.pg_constraint c"
        " join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]"
        " where c.conrelid = $1::oid and c.contype = 'f' and c.convalidated and not c.condeferrable and pg_catalog.array_length(c.conkey, 1) = 1"
        " and not exists (select 1 from pg_catalog.pg_inherits h where h.inhparent = c.conrelid)",
        {oid});
    for (const pg::Row &row : rows.rows)
        foreign_[{row[0].value(), row[1].value()}] = {row[2].value(), "proven by foreign key \"" + row[3].value() + "\""};
}

// The planner's own proof: with the CHECK constraints in mind, no row can meet the condition.
bool Proofs::excluded(const std::string &condition, const std::string &alias) const {
    (void)pg::query("select pg_catalog.set_config('constraint_exclusion', 'on', true)");
    pg::Result plan = pg::query("explain (format json, costs off) select from " + relation_ + " as " + alias + " where " + condition);
    Json node = Json::parse(plan.rows.at(0).at(0).value()).at(0).at("Plan");
    return node.value("Node Type", "") == "Result" && node.value("One-Time Filter", "") == "false";
}

std::string Proofs::proof(const TestDef &test, const TestSql &sql, const std::string &alias) const {
    auto known = [&](const std::map<std::string, std::string> &proofs) {
        auto found = proofs.find(test.column.value_or(""));
        return found == proofs.end() ? "" : found->second;
    };
    if (test.test == "not_null" && !known(not_null_).empty()) return known(not_null_);
    if (test.test == "unique") return known(unique_);
    if (test.test == "relationships" && sql.others.size() == 1) {
        auto found = foreign_.find({test.column.value(), test.arguments.at("field").get<std::string>()});
        if (found == foreign_.end()) return "";
        Value parent = pg::query_value("select pg_catalog.to_regclass($1)::pg_catalog.oid", {sql.others[0]});
        return parent && *parent == found->second.first ? found->second.second : "";
    }
    if (has_check_ && sql.condition && excluded(*sql.condition, alias)) return "proven by the table's CHECK constraints";
    return "";
}

// The index was made in the stage already: the published one will have the name that it tells.
std::string index_proof(const std::string &relation, const std::string &column) {
    if (relation.empty() || relation[0] == '(') return "";
    Value oid = pg::query_value("select pg_catalog.to_regclass($1)::pg_catalog.oid", {relation});
    return oid && pg::index_without_duplicates(static_cast<Oid>(std::stoul(*oid)), column) ? "proven by an index without duplicates" : "";
}

}  // namespace mesh::engine
