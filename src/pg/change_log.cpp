#include "pg/change_log.h"

#include <unordered_map>

extern "C" {
#include "access/heapam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "storage/lockdefs.h"
#include "utils/xid8.h"
}

namespace mesh::pg {

namespace {

constexpr int kFirstKey = 4;  // xid, command and whole come before
constexpr size_t kMostPlans = 1000;

// The log and where its keys are in the table's rows.
struct Log {
    Oid table;  // invalid: there is no such log
    int keys;
    AttrNumber *number;
    bool fits;  // the columns are there, with the log's types
};

bool fits(const TupleDesc rows, AttrNumber number, const TupleDesc log, int place) {
    if (number < 1 || number > rows->natts || place >= log->natts) return false;
    Form_pg_attribute column = TupleDescAttr(rows, number - 1), key = TupleDescAttr(log, place);
    return !column->attisdropped && getBaseType(column->atttypid) == key->atttypid;
}

// Held to the end of the transaction, so that it cannot go under the rows that are written to it.
Oid lock_log(const char *name) {
    return RangeVarGetRelidExtended(makeRangeVar(pstrdup("mesh"), pstrdup(name), -1), RowExclusiveLock, RVR_MISSING_OK, nullptr, nullptr);
}

Log find_log(TriggerData *trigger) {
    Trigger *own = trigger->tg_trigger;
    Log out = {own->tgnargs < 1 ? InvalidOid : lock_log(own->tgargs[0]), own->tgnargs - 1, nullptr, true};
    if (!OidIsValid(out.table)) return out;
    out.number = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (out.keys + 1)));
    Relation log = table_open(out.table, NoLock);
    for (int i = 0; i < out.keys; i++) {
        out.number[i] = static_cast<AttrNumber>(pg_strtoint32(own->tgargs[i + 1]));
        out.fits = out.fits && fits(RelationGetDescr(trigger->tg_relation), out.number[i], RelationGetDescr(log), kFirstKey - 1 + i);
    }
    out.fits = out.fits && RelationGetDescr(log)->natts == kFirstKey - 1 + out.keys;
    table_close(log, NoLock);
    return out;
}

void write_row(const Log &log, bool whole, HeapTuple row, TupleDesc desc) {
    Relation table = table_open(log.table, NoLock);
    int count = RelationGetDescr(table)->natts;
    auto *values = static_cast<Datum *>(palloc0(sizeof(Datum) * count));
    auto *nulls = static_cast<bool *>(palloc(count));
    memset(nulls, true, count);
    values[0] = FullTransactionIdGetDatum(GetTopFullTransactionId());
    values[1] = Int64GetDatum(GetCurrentCommandId(false));
    values[2] = BoolGetDatum(whole);
    nulls[0] = nulls[1] = nulls[2] = false;
    for (int i = 0; !whole && i < log.keys; i++) values[kFirstKey - 1 + i] = heap_getattr(row, log.number[i], desc, &nulls[kFirstKey - 1 + i]);
    simple_heap_insert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
    table_close(table, NoLock);
}

const char *key_list(const Log &log, TriggerData *trigger) {
    StringInfoData out;
    initStringInfo(&out);
    for (int i = 0; i < log.keys; i++)
        appendStringInfo(&out, "%s%s", i == 0 ? "" : ", ", quote_identifier(NameStr(TupleDescAttr(RelationGetDescr(trigger->tg_relation), log.number[i] - 1)->attname)));
    return out.data;
}

const char *keys_of_rows(const char *keys, TriggerData *trigger) {
    const char *before = trigger->tg_trigger->tgoldtable, *after = trigger->tg_trigger->tgnewtable;
    if (before == nullptr || after == nullptr)
        return psprintf("select distinct %s from %s", keys, quote_identifier(before == nullptr ? after : before));
    return psprintf("select %s from %s union select %s from %s", keys, quote_identifier(before), keys, quote_identifier(after));
}

// What logs the keys of a statement; no text when there is nothing to do.
struct Statement {
    Oid log;
    const char *keys, *sql;
};

const char *statement_sql(const char *keys, TriggerData *trigger) {
    return psprintf("insert into mesh.%s select pg_catalog.pg_current_xact_id(), $1, false, k.* from (%s limit %d) k",
                    quote_identifier(trigger->tg_trigger->tgargs[0]), keys_of_rows(keys, trigger), kMostLoggedKeys + 1);
}

// Of an applied change of a subscription, which fires no triggers of statements, and of a session that replays changes.
void log_row(const Log &log, TriggerData *trigger) {
    TupleDesc desc = RelationGetDescr(trigger->tg_relation);
    write_row(log, !log.fits, trigger->tg_trigtuple, desc);
    if (log.fits && TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)) write_row(log, false, trigger->tg_newtuple, desc);
}

Statement log_or_statement(TriggerData *trigger) {
    Log log = find_log(trigger);
    Statement out = {log.table, nullptr, nullptr};
    if (!OidIsValid(log.table)) return out;
    bool rows = trigger->tg_trigger->tgoldtable != nullptr || trigger->tg_trigger->tgnewtable != nullptr;
    if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event)) log_row(log, trigger);
    else if (!rows || !log.fits || log.keys < 1) write_row(log, true, nullptr, nullptr);
    else out.keys = key_list(log, trigger);
    if (out.keys != nullptr) out.sql = statement_sql(out.keys, trigger);
    return out;
}

SPIPlanPtr keep_plan(const char *sql) {
    Oid command = INT8OID;
    SPIPlanPtr plan = SPI_prepare(sql, 1, &command);
    if (plan == nullptr) elog(ERROR, "SPI failed: %s", SPI_result_code_string(SPI_result));
    SPI_keepplan(plan);
    return plan;
}

// Do the first of very many rows have more keys than are logged one by one?
bool has_too_many(const char *keys, TriggerData *trigger) {
    bool after = trigger->tg_newtable != nullptr;
    if (tuplestore_tuple_count(after ? trigger->tg_newtable : trigger->tg_oldtable) <= kProbedRows) return false;
    const char *rows = quote_identifier(after ? trigger->tg_trigger->tgnewtable : trigger->tg_trigger->tgoldtable);
    const char *sql = psprintf("select 1 from (select distinct %s from (select %s from %s limit %d) r) k offset %d limit 1", keys, keys, rows, kProbedRows, kMostLoggedKeys);
    int rc = SPI_execute(sql, false, 1);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    return SPI_processed > 0;
}

SPIPlanPtr run_statement(SPIPlanPtr plan, const Statement &statement, TriggerData *trigger, uint64 *rows) {
    const char *sql = statement.sql;
    if (SPI_connect() != SPI_OK_CONNECT || SPI_register_trigger_data(trigger) != SPI_OK_TD_REGISTER) elog(ERROR, "SPI failed");
    if (has_too_many(statement.keys, trigger)) {
        SPI_finish();
        *rows = kMostLoggedKeys + 1;
        return plan;
    }
    if (plan == nullptr) plan = keep_plan(sql);
    Datum command = Int64GetDatum(GetCurrentCommandId(false));
    int rc = SPI_execute_plan(plan, &command, nullptr, false, 0);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    *rows = SPI_processed;
    SPI_finish();
    return plan;
}

// By their text, which has the columns' names as they are now.
std::unordered_map<std::string, SPIPlanPtr> plans;

void forget_plans() {
    for (const auto &[sql, plan] : plans) {
        SPIPlanPtr one = plan;
        call([one] { SPI_freeplan(one); });
    }
    plans.clear();
}

}  // namespace

void log_changes(TriggerData *trigger) {
    Statement statement = call([=] { return log_or_statement(trigger); });
    if (statement.sql == nullptr) return;
    if (plans.size() >= kMostPlans) forget_plans();
    auto found = plans.find(statement.sql);
    SPIPlanPtr known = found == plans.end() ? nullptr : found->second;
    uint64 rows = 0;
    SPIPlanPtr plan = call([=, &rows] { return run_statement(known, statement, trigger, &rows); });
    if (known == nullptr && plan != nullptr) plans.emplace(statement.sql, plan);
    if (Oid table = statement.log; rows > kMostLoggedKeys) call([table] { write_row({table, 0, nullptr, false}, true, nullptr, nullptr); });
}

}  // namespace mesh::pg
