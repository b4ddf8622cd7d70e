#include "pg/write.h"

#include "pg/compat.h"
#include "pg/session.h"
#include "pg/spi.h"

extern "C" {
#include "executor/executor.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
}

namespace mesh::pg {

namespace {

// The server queues no deferred trigger within a security-restricted operation, because it would fire later with rights that may not be
// its owner's. Checks of foreign keys choose their rights themselves; so they may be queued, where nothing else may: neither what somebody
// wrote to fire after the command, here or in a table that a key's action or inheritance reaches, nor a rule, nor a function of
// somebody's in the check itself (an index's expression, a cast between the types of a key).
bool may_defer(Oid relation) {
    return as_registry([relation] { return query_value(  // where no operator of the owner's is found
               "with keys as (select * from pg_catalog.pg_constraint where contype = 'f' and (conrelid = $1::oid or confrelid = $1::oid))"
               " select true from pg_catalog.pg_class c where c.oid = $1::oid and not c.relhassubclass and exists (select from keys where condeferrable)"
               " and not exists (select from pg_catalog.pg_rewrite where ev_class = c.oid)"
               " and not exists (select from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid left join pg_catalog.pg_index i on i.indexrelid = t.tgconstrindid"
               " where t.tgrelid = c.oid and t.tgtype & 2 = 0 and t.tgenabled <> 'D' and p.oid <> 'mesh.log_changes'::pg_catalog.regproc"
               " and not (t.tgisinternal and p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and (p.proname::text ~ '^RI_FKey_(check|noaction|restrict)_'"
               " or (p.proname = 'unique_key_recheck' and i.indexprs is null and i.indpred is null))))"
               " and not exists (select from keys k cross join lateral ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) u(own, other)"
               " join pg_catalog.pg_attribute o on o.attrelid = k.conrelid and o.attnum = u.own join pg_catalog.pg_attribute r on r.attrelid = k.confrelid and r.attnum = u.other"
               " join pg_catalog.pg_type y on y.oid = o.atttypid join pg_catalog.pg_type z on z.oid = r.atttypid"
               " where y.oid <> z.oid and (y.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace or z.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace))",
               {std::to_string(relation)}).has_value(); });
}

PlannedStmt *plan_write(const char *sql) {
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    Query *query = parse_analyze_fixedparams(linitial_node(RawStmt, parsed), sql, nullptr, 0, nullptr);
    AcquireRewriteLocks(query, true, false);
    return pg_plan_query(linitial_node(Query, pg_rewrite_query(query)), sql, 0, nullptr);
}

// Triggers of the statement's end, which is where checks are deferred, run in ExecutorFinish.
void finish_unrestricted(QueryDesc *desc) {
    Oid user;
    int context;
    GetUserIdAndSecContext(&user, &context);
    SetUserIdAndSecContext(user, context & ~SECURITY_RESTRICTED_OPERATION);
    ExecutorFinish(desc);
    SetUserIdAndSecContext(user, context);
}

uint64_t write(const char *sql, bool as_of) {
    CommandCounterIncrement();
    PushCopiedSnapshot(as_of ? GetActiveSnapshot() : GetTransactionSnapshot());
    UpdateActiveSnapshotCommandId();
    QueryDesc *desc = CreateQueryDesc(plan_write(sql), sql, GetActiveSnapshot(), InvalidSnapshot, None_Receiver, nullptr, nullptr, 0);
    ExecutorStart(desc, 0);
    compat::run_to_the_end(desc);
    uint64_t rows = desc->estate->es_processed;
    finish_unrestricted(desc);
    ExecutorEnd(desc);
    FreeQueryDesc(desc);
    PopActiveSnapshot();
    CommandCounterIncrement();
    return rows;
}

// Those that the current role can name, and then those of them that were deferred before.
Value deferrable_keys(Oid relation, bool of_it, bool deferred_only) {
    return query_value("select pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.conname), ', ')"
                       " from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace"
                       " where contype = 'f' and condeferrable and $1::oid = case when $2::boolean then conrelid else confrelid end"
                       " and (condeferred or not $3::boolean) and pg_catalog.has_schema_privilege(n.oid, 'USAGE')",
                       {std::to_string(relation), of_it ? "t" : "f", deferred_only ? "t" : "f"});
}

// What may not be queued is checked at the command's end, with the owner's rights and no more.
uint64_t write_checked(Oid relation, const std::string &sql, bool as_of) {
    std::string keys;
    for (bool of_it : {true, false})
        if (Value deferred = deferrable_keys(relation, of_it, true)) keys += (keys.empty() ? "" : ", ") + *deferred;
    if (!keys.empty()) execute("set constraints " + keys + " immediate");
    uint64_t rows = as_of ? execute_as_of(sql) : execute(sql);
    if (!keys.empty()) execute("set constraints " + keys + " deferred");
    return rows;
}

}  // namespace

uint64_t write_rows(Oid relation, const std::string &sql, bool as_of) {
    if (!may_defer(relation)) return write_checked(relation, sql, as_of);
    const char *text = sql.c_str();
    return call([=] { return write(text, as_of); });
}

void check_deferred(Oid relation, bool of_it) {
    Value keys = deferrable_keys(relation, of_it, false);
    if (!keys) return;
    execute("set constraints " + *keys + " immediate");
    if (Value deferred = deferrable_keys(relation, of_it, true)) execute("set constraints " + *deferred + " deferred");
}

}  // namespace mesh::pg
