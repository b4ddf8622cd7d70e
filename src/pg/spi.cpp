#include "pg/spi.h"

#include <unordered_map>

#include "pg/guc.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
}

namespace mesh::pg {

namespace {

// What a finished command leaves behind, in plain memory of the caller's context.
struct Raw {
    int columns;
    uint64_t rows;
    uint64_t processed;
    char **names;
    char **types;  // NULL: not asked for
    char **cells;  // row-major, NULL for NULL
};

void copy_types(Raw *raw, TupleDesc desc) {
    raw->types = static_cast<char **>(palloc0(sizeof(char *) * (desc->natts + 1)));
    for (int c = 0; c < desc->natts; c++) {
        Form_pg_attribute column = TupleDescAttr(desc, c);
        raw->types[c] = format_type_with_typemod(column->atttypid, column->atttypmod);
    }
}

// Text is text already; of everything else the column's output function is looked up once.
struct Output {
    FmgrInfo function;
    bool is_text;
};

Output output_of(Form_pg_attribute column) {
    Output out = {};
    Oid function;
    bool is_varlena;
    out.is_text = column->atttypid == TEXTOID;
    getTypeOutputInfo(column->atttypid, &function, &is_varlena);
    fmgr_info(function, &out.function);
    return out;
}

// Takes rows as they come and keeps their text in `home`. What others ask for comes with its types, and is no more than they may.
struct TextReceiver {
    DestReceiver base;
    Raw *raw;
    MemoryContext home;
    bool is_asked;
    Output *outputs;
    uint64_t room;   // rows that `cells` has room for
    uint64_t bytes;
};

constexpr uint64_t kCellBytes = 100;  // that a cell takes besides its text, from here to a template's value

void start_text(DestReceiver *self, int, TupleDesc desc) {
    auto *receiver = reinterpret_cast<TextReceiver *>(self);
    Raw *raw = receiver->raw;
    MemoryContext outer = MemoryContextSwitchTo(receiver->home);
    raw->columns = desc->natts;
    raw->names = static_cast<char **>(palloc0(sizeof(char *) * (raw->columns + 1)));
    for (int c = 0; c < raw->columns; c++) raw->names[c] = pstrdup(NameStr(TupleDescAttr(desc, c)->attname));
    if (receiver->is_asked) copy_types(raw, desc);
    receiver->outputs = static_cast<Output *>(palloc(sizeof(Output) * (raw->columns + 1)));
    for (int c = 0; c < raw->columns; c++) receiver->outputs[c] = output_of(TupleDescAttr(desc, c));
    MemoryContextSwitchTo(outer);
}

// The row's cells, all NULL yet.
char **new_row(TextReceiver *receiver) {
    Raw *raw = receiver->raw;
    if (raw->rows == receiver->room) {
        uint64_t before = receiver->room * raw->columns;
        receiver->room = Max(receiver->room * 2, 16);
        uint64_t after = receiver->room * raw->columns;
        raw->cells = static_cast<char **>(raw->cells == nullptr ? MemoryContextAllocHuge(receiver->home, sizeof(char *) * (after + 1))
                                                                : repalloc_huge(raw->cells, sizeof(char *) * (after + 1)));
        memset(raw->cells + before, 0, sizeof(char *) * (after - before + 1));
    }
    return raw->cells + raw->rows++ * raw->columns;
}

void count_bytes(TextReceiver *receiver, const char *cell) {
    receiver->bytes += kCellBytes + (cell == nullptr ? 0 : strlen(cell));
    if (!receiver->is_asked || receiver->bytes / 1024 <= static_cast<uint64_t>(query_memory_kb)) return;
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the result of a query is too large"),
                    errdetail("It takes more than mesh.query_memory, which is %s.", GetConfigOptionByName("mesh.query_memory", nullptr, false)),
                    errhint("Let the query give fewer rows: aggregate, filter or limit them. Or raise mesh.query_memory.")));
}

void keep_row(TextReceiver *receiver, const Datum *values, const bool *nulls) {
    char **cells = new_row(receiver);
    MemoryContext outer = MemoryContextSwitchTo(receiver->home);
    for (int c = 0; c < receiver->raw->columns; c++) {
        Output *out = &receiver->outputs[c];
        if (!nulls[c]) cells[c] = out->is_text ? TextDatumGetCString(values[c]) : OutputFunctionCall(&out->function, values[c]);
        count_bytes(receiver, cells[c]);
    }
    MemoryContextSwitchTo(outer);
}

bool receive_text(TupleTableSlot *slot, DestReceiver *self) {
    slot_getallattrs(slot);
    keep_row(reinterpret_cast<TextReceiver *>(self), slot->tts_values, slot->tts_isnull);
    return true;
}

void end_text(DestReceiver *) {}

TextReceiver text_receiver(Raw *raw, MemoryContext home, bool is_asked) {
    TextReceiver out = {};
    out.base = {receive_text, start_text, end_text, end_text, DestNone};
    out.raw = raw;
    out.home = home;
    out.is_asked = is_asked;
    return out;
}

void copy_out(Raw *raw, MemoryContext home, bool is_asked) {
    SPITupleTable *table = SPI_tuptable;
    raw->processed = SPI_processed;
    if (table == nullptr) return;
    TextReceiver receiver = text_receiver(raw, home, is_asked);
    start_text(&receiver.base, 0, table->tupdesc);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (raw->columns + 1)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * (raw->columns + 1)));
    for (uint64_t r = 0; r < table->numvals; r++) {
        heap_deform_tuple(table->vals[r], table->tupdesc, values, nulls);
        keep_row(&receiver, values, nulls);
    }
    SPI_freetuptable(table);
}

// NULL: no text.
struct Text {
    const char *data;
    size_t size;
};

// What templates make may be no text of the database, such as half a surrogate pair or a zero byte: checked as if a client had sent it.
void verify(const Text &text) {
    (void)pg_verifymbstr(text.data, static_cast<int>(text.size), false);
}

struct Array {
    const Text *items;
    int count;
};

// What a statement is given: texts, then arrays of them.
struct Given {
    const Text *texts;
    int text_count;
    const Array *arrays;
    int array_count;
};

struct Parameters {
    int count;
    Oid *types;
    Datum *values;
    char *nulls;
};

Datum text_datum(const Text &text) {
    verify(text);
    return PointerGetDatum(cstring_to_text_with_len(text.data, static_cast<int>(text.size)));
}

Datum array_datum(const Array &array) {
    auto *items = static_cast<Datum *>(palloc(sizeof(Datum) * (array.count + 1)));
    for (int i = 0; i < array.count; i++) items[i] = text_datum(array.items[i]);
    return PointerGetDatum(construct_array(items, array.count, TEXTOID, -1, false, TYPALIGN_INT));
}

Parameters parameters_of(const Given &given) {
    int count = given.text_count + given.array_count;
    Parameters out = {count, static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1))), static_cast<Datum *>(palloc0(sizeof(Datum) * (count + 1))),
                      static_cast<char *>(palloc0(count + 1))};
    for (int i = 0; i < count; i++) {
        bool is_array = i >= given.text_count, is_null = !is_array && given.texts[i].data == nullptr;
        out.types[i] = is_array ? TEXTARRAYOID : TEXTOID;
        out.nulls[i] = is_null ? 'n' : ' ';
        if (!is_null) out.values[i] = is_array ? array_datum(given.arrays[i - given.text_count]) : text_datum(given.texts[i]);
    }
    return out;
}

// One plan for all values: else the first five executions would each make their own.
SPIPlanPtr keep_plan(const char *sql, const Parameters &parameters) {
    SPIPlanPtr plan = SPI_prepare_cursor(sql, parameters.count, parameters.types, CURSOR_OPT_GENERIC_PLAN);
    if (plan == nullptr) elog(ERROR, "SPI failed: %s", SPI_result_code_string(SPI_result));
    SPI_keepplan(plan);
    return plan;
}

Raw run_prepared(SPIPlanPtr *plan, const char *sql, const Given &given) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Parameters parameters = parameters_of(given);
    if (*plan == nullptr) *plan = keep_plan(sql, parameters);
    int rc = SPI_execute_plan(*plan, parameters.values, parameters.nulls, false, 0);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    copy_out(&raw, home, false);
    SPI_finish();
    return raw;
}

Raw run(Text sql, const Given &given, long limit) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    verify(sql);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Parameters parameters = parameters_of(given);
    int rc = parameters.count == 0 ? SPI_execute(sql.data, false, limit)
                                   : SPI_execute_with_args(sql.data, parameters.count, parameters.types, parameters.values, parameters.nulls, false, limit);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    copy_out(&raw, home, false);
    SPI_finish();
    return raw;
}

Result to_result(const Raw &raw) {
    Result result;
    result.processed = raw.processed;
    for (int c = 0; c < raw.columns; c++) result.columns.emplace_back(raw.names[c]);
    for (int c = 0; raw.types != nullptr && c < raw.columns; c++) result.types.emplace_back(raw.types[c]);
    result.rows.resize(raw.rows);
    for (uint64_t i = 0; i < raw.rows * static_cast<uint64_t>(raw.columns); i++) {
        const char *cell = raw.cells[i];
        Row &row = result.rows[i / raw.columns];
        if (row.empty()) row.reserve(raw.columns);
        row.emplace_back(cell == nullptr ? Value() : Value(cell));
        if (cell != nullptr) pfree(const_cast<char *>(cell));
    }
    if (raw.cells != nullptr) pfree(raw.cells);
    return result;
}

// What only reads can hand over each row as it comes, and so end when there are too many; other commands' rows come together.
bool only_reads(SPIPlanPtr plan) {
    List *sources = SPI_plan_get_plan_sources(plan);
    if (list_length(sources) != 1) return false;
    List *queries = static_cast<CachedPlanSource *>(linitial(sources))->query_list;
    if (list_length(queries) != 1) return false;
    auto *query = linitial_node(Query, queries);
    return query->commandType == CMD_SELECT && !query->hasModifyingCTE && query->rowMarks == NIL && !query->hasForUpdate;
}

int read_rows(Raw *raw, SPIPlanPtr plan, MemoryContext home) {
    TextReceiver receiver = text_receiver(raw, home, true);
    SPIExecuteOptions options = {};
    options.read_only = true;
    options.dest = &receiver.base;
    CommandCounterIncrement();
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    int rc = SPI_execute_plan_extended(plan, &options);
    PopActiveSnapshot();
    raw->processed = SPI_processed;
    return rc;
}

int write_as_of(Raw *raw, SPIPlanPtr plan, MemoryContext home, Snapshot snapshot) {
    int rc = SPI_execute_snapshot(plan, nullptr, nullptr, snapshot, InvalidSnapshot, false, true, 0);
    if (rc >= 0) copy_out(raw, home, true);
    return rc;
}

Raw run_as_of(Text sql) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    verify(sql);
    Snapshot snapshot = GetActiveSnapshot();
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    SPIPlanPtr plan = SPI_prepare_cursor(sql.data, 0, nullptr, CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr) elog(ERROR, "SPI failed: %s", SPI_result_code_string(SPI_result));
    int rc = only_reads(plan) ? read_rows(&raw, plan, home) : write_as_of(&raw, plan, home, snapshot);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    SPI_finish();
    return raw;
}

Text text_of(const std::string &text) {
    return {text.c_str(), text.size()};
}

std::vector<Text> texts_of(const std::vector<Value> &args) {
    std::vector<Text> out;
    for (const Value &arg : args) out.push_back(arg ? text_of(*arg) : Text{});
    return out;
}

Given given_of(const std::vector<Text> &texts) {
    return {texts.data(), static_cast<int>(texts.size()), nullptr, 0};
}

}  // namespace

Result query(const std::string &sql, const std::vector<Value> &args, long limit) {
    std::vector<Text> texts = texts_of(args);
    Text text = text_of(sql);
    Given given = given_of(texts);
    return to_result(call([=] { return run(text, given, limit); }));
}

Result query_arrays(const std::string &sql, const std::vector<Value> &args, const std::vector<std::vector<std::string>> &arrays) {
    std::vector<Text> texts = texts_of(args);
    std::vector<std::vector<Text>> items(arrays.size());
    std::vector<Array> together;
    for (size_t i = 0; i < arrays.size(); i++) {
        for (const std::string &item : arrays[i]) items[i].push_back(text_of(item));
        together.push_back({items[i].data(), static_cast<int>(items[i].size())});
    }
    Text text = text_of(sql);
    Given given = given_of(texts);
    given.arrays = together.data();
    given.array_count = static_cast<int>(together.size());
    return to_result(call([=] { return run(text, given, 0); }));
}

Result query_prepared(const std::string &sql, const std::vector<Value> &args) {
    static auto *plans = new std::unordered_map<std::string, SPIPlanPtr>();  // to the end of the session
    SPIPlanPtr *plan = &(*plans)[sql];
    std::vector<Text> texts = texts_of(args);
    const char *text = sql.c_str();
    Given given = given_of(texts);
    return to_result(call([=] { return run_prepared(plan, text, given); }));
}

Result query_as_of(const std::string &sql) {
    Text text = text_of(sql);
    return to_result(call([=] { return run_as_of(text); }));
}

uint64_t execute_as_of(const std::string &sql) {
    return query_as_of(sql).processed;
}

Value query_value(const std::string &sql, const std::vector<Value> &args) {
    Result result = query(sql, args, 1);
    return result.rows.empty() || result.rows[0].empty() ? Value() : result.rows[0][0];
}

uint64_t execute(const std::string &sql) {
    return query(sql).processed;
}

std::string quote_ident(const std::string &name) {
    const char *text = name.c_str();
    return call([=] { return quote_identifier(text); });
}

std::string quote_literal(const std::string &text) {
    const char *raw = text.c_str();
    return call([=] { return quote_literal_cstr(raw); });
}

std::string qualified(const std::string &schema, const std::string &name) {
    return quote_ident(schema) + "." + quote_ident(name);
}

std::string array_literal(const std::vector<std::string> &items) {
    std::string out = "{";
    for (const std::string &item : items) {
        if (out.size() > 1) out += ',';
        out += '"';
        for (char c : item) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

std::vector<std::string> parse_array(const std::string &literal) {
    std::vector<std::string> items;
    Result result = query("select e from pg_catalog.unnest($1::text[]) e", {literal});
    for (const Row &row : result.rows) items.push_back(row[0].value_or(""));
    return items;
}

}  // namespace mesh::pg
