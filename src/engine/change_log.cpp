#include "engine/change_log.h"

#include "pg/lock.h"
#include "pg/relation.h"

extern "C" {
#include "storage/lmgr.h"
}

namespace mesh::engine {

using core::Error;

namespace {

constexpr int kTriggers = 5;

std::string table_of(const std::string &log) {
    return pg::qualified("mesh", log);
}

// The triggers of `log` on whichever table, in the WHERE of a query on pg_trigger t.
std::string triggers_of(const std::string &log) {
    return "t.tgfoid = 'mesh.log_changes'::pg_catalog.regproc and pg_catalog.\"position\"(t.tgargs, pg_catalog.convert_to(" + pg::quote_literal(log) + ", 'UTF8')) = 1";
}

// As a snapshot sees it, or as it is now.
pg::Result look(const std::string &sql, bool now) {
    return pg::as_registry([&] { return now ? pg::query(sql) : pg::query_as_of(sql); });
}

void lock_table(Oid relation, int mode, const std::string &name, Patience patience) {
    auto busy = [&] { return Error("55P03", "could not lock " + name + " for the triggers that log its changes", "Other sessions kept it in use."); };
    if (patience == Patience::none) {
        if (!pg::call([=] { return ConditionalLockRelationOid(relation, mode); })) throw busy();
        return;
    }
    pg::LimitedWaits waits;
    try {
        pg::call([=] { LockRelationOid(relation, mode); });
    } catch (const pg::ServerError &e) {
        if (e.data->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE) throw;
        throw busy();
    }
    waits.end();
}

// A member of the extension: dropped with it, and left out of dumps.
void create_table(const std::string &log, const pg::KeyedInput &input) {
    std::string columns = "xid pg_catalog.xid8 not null, command pg_catalog.int8 not null, whole pg_catalog.bool not null";
    for (size_t i = 0; i < input.types.size(); i++) columns += ", k" + std::to_string(i + 1) + " " + input.types[i];
    pg::execute("create table " + table_of(log) + " (" + columns + ")");
    pg::execute("alter table " + table_of(log) + " replica identity full");
    pg::execute("alter extension mesh add table " + table_of(log));
}

// In force whatever session_replication_role says. A subscription applies rows without triggers of statements: for that, and only then, there is
// one of rows.
void create_triggers(const std::string &log, const pg::KeyedInput &input) {
    static const struct { const char *event, *more; } kinds[kTriggers] = {
        {"insert", " referencing new table as mesh_new for each statement"},
        {"update", " referencing old table as mesh_old new table as mesh_new for each statement"},
        {"delete", " referencing old table as mesh_old for each statement"},
        {"truncate", " for each statement"},
        {"insert or update or delete", " for each row"}};
    std::string table = pg::qualified(input.schema, input.name), arguments = pg::quote_literal(log);
    for (int number : input.numbers) arguments += ", '" + std::to_string(number) + "'";
    for (const auto &kind : kinds) {
        bool rows = &kind == &kinds[kTriggers - 1];
        std::string name = "mesh_" + log.substr(0, 12) + "_" + (rows ? "replicated" : kind.event);
        pg::execute("create trigger " + name + " after " + kind.event + " on " + table + kind.more + " execute function mesh.log_changes(" + arguments + ")");
        pg::execute("alter table " + table + " enable " + (rows ? "replica" : "always") + " trigger " + name);
        pg::execute("alter trigger " + name + " on " + table + " depends on extension mesh");
    }
}

void require_trigger_privilege(const Domain &domain, const pg::KeyedInput &input) {
    pg::Value may = pg::query_value("select pg_catalog.has_table_privilege($1::name, $2::oid, 'TRIGGER')", {domain.owner, std::to_string(input.relation)});
    if (may != "t")
        throw Error("42501", "owner \"" + domain.owner + "\" has not the TRIGGER privilege on " + pg::qualified(input.schema, input.name));
}

// What a restored dump or a renamed table left: triggers whose log is gone.
void drop_stray_triggers(const pg::KeyedInput &input) {
    pg::Result names = pg::query("select t.tgname from pg_catalog.pg_trigger t where t.tgrelid = $1::oid and t.tgfoid = 'mesh.log_changes'::pg_catalog.regproc"
                                 " and not exists (select from mesh.change_log_registry r where pg_catalog.\"position\"(t.tgargs, pg_catalog.convert_to(r.log, 'UTF8')) = 1)",
                                 {std::to_string(input.relation)});
    for (const pg::Row &row : names.rows) pg::execute("drop trigger " + pg::quote_ident(row[0].value()) + " on " + pg::qualified(input.schema, input.name));
}

std::string create_log(const pg::KeyedInput &input) {
    return pg::as_registry([&] {
        std::string log = "log_" + pg::query_value("select pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '')").value();
        drop_stray_triggers(input);
        create_table(log, input);
        create_triggers(log, input);
        (void)pg::query("insert into mesh.change_log_registry (log, schema_name, table_name, key_columns) values ($1, $2, $3, $4::text[])",
                        {log, input.schema, input.name, pg::array_literal(input.columns)});
        return log;
    });
}

// Does `a` see nothing that `b` does not? Both are texts of snapshots.
std::string sees_no_more(const std::string &a, const std::string &b) {
    return "(pg_catalog.pg_snapshot_xmax((" + b + ")::pg_catalog.pg_snapshot) >= pg_catalog.pg_snapshot_xmax((" + a + ")::pg_catalog.pg_snapshot)"
           " and not exists (select from pg_catalog.pg_snapshot_xip((" + b + ")::pg_catalog.pg_snapshot) x where pg_catalog.pg_visible_in_snapshot(x, (" + a + ")::pg_catalog.pg_snapshot)))";
}

// What all readers of a log have seen: the end of the oldest, less what is running for any of them.
const char *const kSeenByAll = R"(
with p as (select position::pg_catalog.pg_snapshot as s from mesh.increment_registry
           where inputs @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('log', $1)) and position is not null),
     m as (select pg_catalog.min(pg_catalog.pg_snapshot_xmax(s)::text::pg_catalog.numeric) as xmax from p),
     x as (select distinct x::text::pg_catalog.numeric as x from p cross join pg_catalog.pg_snapshot_xip(s) x)
select pg_catalog.format('%s:%s:%s', least((select pg_catalog.min(x) from x), m.xmax), m.xmax, (select pg_catalog.string_agg(x::text, ',' order by x) from x where x < m.xmax))
from m where m.xmax is not null)";

bool drop_log(const std::string &log, Patience patience) {
    ErrorData *error = pg::try_in_subtransaction([&] {
        pg::as_registry([&] {
            pg::Result triggers = pg::query("select t.tgname, n.nspname, c.relname, c.oid from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid"
                                            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace where " + triggers_of(log));
            for (const pg::Row &row : triggers.rows) {
                std::string table = pg::qualified(row[1].value(), row[2].value());
                lock_table(static_cast<Oid>(std::stoul(row[3].value())), AccessExclusiveLock, table, patience);
                pg::execute("drop trigger " + pg::quote_ident(row[0].value()) + " on " + table);
            }
            if (Oid oid = pg::relation_oid("mesh", log); OidIsValid(oid)) {
                lock_table(oid, AccessExclusiveLock, table_of(log), patience);
                pg::execute("alter extension mesh drop table " + table_of(log));
                pg::execute("drop table " + table_of(log));
            }
            (void)pg::query("delete from mesh.change_log_registry where log = $1", {log});
        });
    });
    return error == nullptr;
}

}  // namespace

std::string find_log(const pg::KeyedInput &input) {
    std::string arguments;
    for (int number : input.numbers) arguments += std::to_string(number) + "\\000";
    pg::Result found = registry("select r.log from mesh.change_log_registry r where exists (select from pg_catalog.pg_trigger t where t.tgrelid = $1::oid"
                                " and t.tgfoid = 'mesh.log_changes'::pg_catalog.regproc and pg_catalog.encode(t.tgargs, 'escape') = r.log || '\\000' || $2) order by 1",
                                {std::to_string(input.relation), arguments});
    for (const pg::Row &row : found.rows)
        if (std::string log = row[0].value(); !log_state(input.relation, log, true).empty()) return log;
    return "";
}

std::string provide_log(const Domain &domain, const pg::KeyedInput &input, Patience patience) {
    if (std::string log = find_log(input); !log.empty()) return log;
    require_trigger_privilege(domain, input);
    if (!pg::lock_name("", patience == Patience::some)) throw Error("55P03", "another session is changing the mesh");
    lock_table(input.relation, ShareRowExclusiveLock, pg::qualified(input.schema, input.name), patience);
    std::string log = find_log(input);
    return log.empty() ? create_log(input) : log;
}

std::string log_state(Oid relation, const std::string &log, bool now) {
    std::string oid = std::to_string(relation) + "::pg_catalog.oid";
    pg::Result found = look(
        "select pg_catalog.md5(pg_catalog.concat_ws('/', c.relfilenode, c.relkind, c.relpersistence, c.relrowsecurity, s.triggers,"
        " (select pg_catalog.string_agg(pg_catalog.concat_ws(',', a.attnum, a.xmin), ' ' order by a.attnum) from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0)))"
        " from pg_catalog.pg_class c cross join lateral (select pg_catalog.string_agg(pg_catalog.concat_ws(',', t.oid, t.xmin, t.tgenabled), ' ' order by t.oid) as triggers,"
        " pg_catalog.count(*) filter (where t.tgenabled = case when t.tgtype & 1 = 1 then 'R' else 'A' end) as in_force"
        " from pg_catalog.pg_trigger t where t.tgrelid = c.oid and " + triggers_of(log) + ") s where c.oid = " + oid + " and s.in_force = " + std::to_string(kTriggers), now);
    return found.empty() ? "" : found.rows[0][0].value();
}

Position current_position() {
    Position out;
    out.command = std::to_string(pg::call([] { return GetCurrentCommandId(false); }));
    pg::Result found = pg::query_as_of(
        "select own.x, case when own.x >= s.xmax then s.all::text else pg_catalog.format('%s:%s:%s', least(own.x, s.xmin), s.xmax,"
        " (select pg_catalog.string_agg(x::text, ',' order by x) from (select x::text::pg_catalog.numeric as x from pg_catalog.pg_snapshot_xip(s.all) x union select own.x) r)) end"
        " from (select pg_catalog.pg_current_xact_id()::text::pg_catalog.numeric as x) own,"
        " (select a as all, pg_catalog.pg_snapshot_xmin(a)::text::pg_catalog.numeric as xmin, pg_catalog.pg_snapshot_xmax(a)::text::pg_catalog.numeric as xmax"
        " from pg_catalog.pg_current_snapshot() a) s");
    out.xid = found.rows[0][0].value();
    out.snapshot = found.rows[0][1].value();
    return out;
}

bool has_hole(const std::string &log, const Position &position) {
    return registry_value("select true from mesh.change_log_registry where log = $1 and " + sees_no_more("trimmed", "$2"), {log, position.snapshot}) != "t";
}

LoggedKeys read_log(const std::string &log, size_t columns, const Position &position) {
    std::string names, arrays;
    for (size_t i = 1; i <= columns; i++) {
        names += ", k" + std::to_string(i);
        arrays += (i == 1 ? "" : ", ") + ("pg_catalog.array_agg(k" + std::to_string(i)) + ")";
    }
    std::string unseen = " from (select distinct whole" + names + " from " + table_of(log) + " where not pg_catalog.pg_visible_in_snapshot(xid, " +
                         pg::quote_literal(position.snapshot) + ") and not (xid = " + pg::quote_literal(position.xid) + "::pg_catalog.xid8 and command < " + position.command + ")) l";
    LoggedKeys out;
    pg::Row size = look("select coalesce(pg_catalog.bool_or(whole), false), pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.pg_column_size(l.*)), 0)" + unseen, false).rows.at(0);
    out.whole = size[0] == "t";
    out.count = std::stoull(size[1].value());
    out.bytes = std::stoull(size[2].value());
    if (!out.is_read() || out.count == 0 || columns == 0) return out;
    pg::Row row = look("select " + arrays + unseen, false).rows.at(0);
    for (const Value &array : row) out.arrays.push_back(array.value());
    return out;
}

void trim_log(const std::string &log) {
    // Where an older snapshot is kept to, somebody else's trim could not be told from a conflict.
    if (pg::call([] { return IsolationUsesXactSnapshot(); })) return;
    if (!registry_value("select log from mesh.change_log_registry where log = $1 for update skip locked", {log})) return;
    Value seen = registry_value(kSeenByAll, {log});
    if (!seen) return;
    pg::Result moved = registry("update mesh.change_log_registry set trimmed = $2 where log = $1 and trimmed <> $2 and " + sees_no_more("trimmed", "$2") + " returning log", {log, seen});
    if (!moved.empty()) (void)registry("delete from " + table_of(log) + " where pg_catalog.pg_visible_in_snapshot(xid, $1::pg_catalog.pg_snapshot)", {seen});
}

void drop_unread_logs(Patience patience) {
    // The locks would last as long as the caller's transaction.
    if (patience == Patience::none && pg::call([] { return IsTransactionBlock(); })) return;
    pg::Result unread = registry("select log from mesh.change_log_registry l where not exists (select from mesh.increment_registry r"
                                 " where r.inputs @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('log', l.log))) order by 1");
    for (const pg::Row &row : unread.rows) (void)drop_log(row[0].value(), patience);
}

}  // namespace mesh::engine
