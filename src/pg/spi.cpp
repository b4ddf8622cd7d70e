#include "pg/spi.h"

#include <unordered_map>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
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

void copy_cells(Raw *raw, SPITupleTable *table, TupleDesc desc) {
    auto *outputs = static_cast<Output *>(palloc(sizeof(Output) * (raw->columns + 1)));
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (raw->columns + 1)));
    auto *nulls = static_cast<bool *>(palloc(sizeof(bool) * (raw->columns + 1)));
    for (int c = 0; c < raw->columns; c++) outputs[c] = output_of(TupleDescAttr(desc, c));
    for (uint64_t r = 0; r < raw->rows; r++) {
        heap_deform_tuple(table->vals[r], desc, values, nulls);
        for (int c = 0; c < raw->columns; c++) {
            if (nulls[c]) continue;
            raw->cells[r * raw->columns + c] = outputs[c].is_text ? TextDatumGetCString(values[c]) : OutputFunctionCall(&outputs[c].function, values[c]);
        }
    }
    pfree(outputs);
    pfree(values);
    pfree(nulls);
}

void copy_out(Raw *raw, MemoryContext home, bool with_types) {
    SPITupleTable *table = SPI_tuptable;
    raw->processed = SPI_processed;
    if (table == nullptr) return;
    TupleDesc desc = table->tupdesc;
    raw->columns = desc->natts;
    raw->rows = table->numvals;
    MemoryContext old = MemoryContextSwitchTo(home);
    raw->names = static_cast<char **>(palloc0(sizeof(char *) * (raw->columns + 1)));
    raw->cells = static_cast<char **>(palloc0(sizeof(char *) * (raw->columns * raw->rows + 1)));
    for (int c = 0; c < raw->columns; c++) raw->names[c] = pstrdup(NameStr(TupleDescAttr(desc, c)->attname));
    if (with_types) copy_types(raw, desc);
    copy_cells(raw, table, desc);
    MemoryContextSwitchTo(old);
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

struct Parameters {
    int count;
    Oid *types;
    Datum *values;
    char *nulls;
};

Parameters text_parameters(int count, const Text *args) {
    Parameters out = {count, static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1))), static_cast<Datum *>(palloc(sizeof(Datum) * (count + 1))),
                      static_cast<char *>(palloc0(count + 1))};
    for (int i = 0; i < count; i++) {
        out.types[i] = TEXTOID;
        bool is_null = args[i].data == nullptr;
        if (!is_null) verify(args[i]);
        out.nulls[i] = is_null ? 'n' : ' ';
        out.values[i] = is_null ? Datum(0) : PointerGetDatum(cstring_to_text_with_len(args[i].data, static_cast<int>(args[i].size)));
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

Raw run_prepared(SPIPlanPtr *plan, const char *sql, int count, const Text *args) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Parameters parameters = text_parameters(count, args);
    if (*plan == nullptr) *plan = keep_plan(sql, parameters);
    int rc = SPI_execute_plan(*plan, parameters.values, parameters.nulls, false, 0);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    copy_out(&raw, home, false);
    SPI_finish();
    return raw;
}

Raw run(Text sql, int nargs, const Text *args, long limit) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    verify(sql);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Parameters parameters = text_parameters(nargs, args);
    int rc = nargs == 0 ? SPI_execute(sql.data, false, limit)
                        : SPI_execute_with_args(sql.data, nargs, parameters.types, parameters.values, parameters.nulls, false, limit);
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

Raw run_as_of(Text sql) {
    Raw raw = {};
    MemoryContext home = CurrentMemoryContext;
    verify(sql);
    Snapshot snapshot = GetActiveSnapshot();
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    SPIPlanPtr plan = SPI_prepare_cursor(sql.data, 0, nullptr, CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr) elog(ERROR, "SPI failed: %s", SPI_result_code_string(SPI_result));
    int rc = SPI_execute_snapshot(plan, nullptr, nullptr, snapshot, InvalidSnapshot, false, true, 0);
    if (rc < 0) elog(ERROR, "SPI failed: %s", SPI_result_code_string(rc));
    copy_out(&raw, home, true);
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

}  // namespace

Result query(const std::string &sql, const std::vector<Value> &args, long limit) {
    std::vector<Text> texts = texts_of(args);
    Text text = text_of(sql);
    int count = static_cast<int>(texts.size());
    const Text *data = texts.data();
    return to_result(call([=] { return run(text, count, data, limit); }));
}

Result query_prepared(const std::string &sql, const std::vector<Value> &args) {
    static auto *plans = new std::unordered_map<std::string, SPIPlanPtr>();  // to the end of the session
    SPIPlanPtr *plan = &(*plans)[sql];
    std::vector<Text> texts = texts_of(args);
    const char *text = sql.c_str();
    int count = static_cast<int>(texts.size());
    const Text *data = texts.data();
    return to_result(call([=] { return run_prepared(plan, text, count, data); }));
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
