#include "pg/relation.h"

#include "pg/raw_body.h"
#include "pg/spi.h"

extern "C" {
#include "access/relation.h"
#include "commands/tablecmds.h"
#include "utils/fmgrprotos.h"
}

namespace mesh::pg {

namespace {

PlainColumns columns_of(Oid relation) {
    Relation rel = relation_open(relation, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    PlainColumns out = {};
    size_t bytes = sizeof(char *) * (desc->natts + 1);
    out.names = static_cast<const char **>(palloc0(bytes));
    out.types = static_cast<const char **>(palloc0(bytes));
    out.collations = static_cast<const char **>(palloc0(bytes));
    for (int i = 0; i < desc->natts; i++) {
        Form_pg_attribute column = TupleDescAttr(desc, i);
        if (column->attisdropped) continue;
        out.names[out.count] = pstrdup(NameStr(column->attname));
        out.types[out.count] = type_text(column->atttypid, column->atttypmod);
        out.collations[out.count] = collation_text(column->atttypid, column->attcollation);
        out.count++;
    }
    relation_close(rel, NoLock);
    return out;
}

}  // namespace

Oid relation_oid(const std::string &schema, const std::string &name) {
    const char *in = schema.c_str(), *relation = name.c_str();
    return call([=] {
        Oid space = get_namespace_oid(in, true);
        return OidIsValid(space) ? get_relname_relid(relation, space) : InvalidOid;
    });
}

std::pair<std::string, std::string> relation_name(Oid relation) {
    const char *schema = call([=]() -> const char * { return get_namespace_name(get_rel_namespace(relation)); });
    const char *name = call([=]() -> const char * { return get_rel_name(relation); });
    return {schema, name};
}

void rename_relation(Oid relation, const std::string &name) {
    const char *to = name.c_str();
    call([=] {
        RenameRelationInternal(relation, to, false, false);
        CommandCounterIncrement();
    });
}

bool has_privileges(Oid relation) {
    return call([=] {
        HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
        if (!HeapTupleIsValid(tuple)) return false;
        bool is_null = true;
        (void)SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &is_null);
        ReleaseSysCache(tuple);
        return !is_null;
    });
}

std::vector<Column> relation_columns(Oid relation) {
    return to_columns(call([relation] { return columns_of(relation); }));
}

bool has_checks(Oid relation) {
    return call([relation] {
        Relation rel = relation_open(relation, AccessShareLock);
        bool found = rel->rd_rel->relchecks > 0;
        relation_close(rel, NoLock);
        return found;
    });
}

size_t index_count(Oid relation) {
    return call([relation] {
        Relation rel = relation_open(relation, AccessShareLock);
        List *indexes = RelationGetIndexList(rel);
        relation_close(rel, NoLock);
        return static_cast<size_t>(list_length(indexes));
    });
}

std::vector<std::string> index_definitions(Oid relation, const std::optional<std::vector<std::string>> &columns) {
    Result rows = query(
        "select u || 'using' || pg_catalog.substr(pg_catalog.pg_get_indexdef(indexrelid), pg_catalog.length('CREATE ' || u || 'INDEX ' || index || ' ON ' || heap || ' USING') + 1)"
        " from (select x.indexrelid, case when x.indisunique then 'unique ' else '' end as u, pg_catalog.quote_ident(i.relname) as index,"
        " pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(h.relname) as heap from pg_catalog.pg_index x"
        " join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_class h on h.oid = x.indrelid"
        " join pg_catalog.pg_namespace n on n.oid = h.relnamespace where x.indrelid = $1::oid) d"
        " where $2::text[] is null or not exists (select from pg_catalog.pg_depend p join pg_catalog.pg_attribute a on a.attrelid = p.refobjid and a.attnum = p.refobjsubid"
        " where p.classid = 'pg_catalog.pg_class'::regclass and p.objid = indexrelid and p.refclassid = 'pg_catalog.pg_class'::regclass and p.refobjid = $1::oid"
        " and not a.attname = any($2::text[])) order by indexrelid",
        {std::to_string(relation), columns ? Value(array_literal(*columns)) : Value()});
    std::vector<std::string> out;
    for (const Row &row : rows.rows) out.push_back(row[0].value());
    return out;
}

}  // namespace mesh::pg
