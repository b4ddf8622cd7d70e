#include "pg/analyze.h"

#include <algorithm>

#include "pg/compat.h"
#include "pg/facts.h"
#include "pg/lineage.h"
#include "pg/raw_body.h"
#include "pg/script.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "utils/fmgrprotos.h"
#include "utils/queryenvironment.h"
}

namespace mesh::pg {

namespace {

struct PlainName {
    const char *schema, *name, *column;
    int begin;
    bool has_alias;  // of a column: has it the database's name in front?
};

// Plain data of the collected names, so that C++ code need not hold server lists across guards.
struct NameTable {
    int statements;
    bool is_select;
    const char *refused;
    int refused_at, statement_end, second_at;
    int relations, columns, calls;
    PlainName *relation, *column;
    int *call_at;
};

NameTable name_table(const char *sql) {
    NameTable out = {};
    RawStmt *raw = parse_one(sql, &out.statements);
    if (raw == nullptr) return out;
    out.is_select = IsA(raw->stmt, SelectStmt);
    out.statement_end = raw->stmt_len > 0 ? raw->stmt_location + raw->stmt_len : 0;
    if (!out.is_select || out.statements != 1) return out;
    RawNames names = collect_names(raw);
    out.refused = names.refused;
    out.refused_at = names.refused_at;
    ListCell *cell;
    out.relation = static_cast<PlainName *>(palloc0(sizeof(PlainName) * (list_length(names.relations) + 1)));
    foreach (cell, names.relations) {
        auto *range = lfirst_node(RangeVar, cell);
        out.relation[out.relations++] = {range->schemaname, range->relname, nullptr, range->location,
                                         range->alias != nullptr};
    }
    out.column = static_cast<PlainName *>(palloc0(sizeof(PlainName) * (list_length(names.qualified_columns) + 1)));
    foreach (cell, names.qualified_columns) {
        auto *ref = lfirst_node(ColumnRef, cell);
        out.column[out.columns++] = {strVal(linitial(ref->fields)), strVal(lsecond(ref->fields)), nullptr,
                                     ref->location, list_length(ref->fields) > 3};
    }
    out.call_at = static_cast<int *>(palloc0(sizeof(int) * (list_length(names.incremental_calls) + 1)));
    foreach (cell, names.incremental_calls)
        out.call_at[out.calls++] = lfirst_node(FuncCall, cell)->location;
    return out;
}

Reference make_reference(const std::string &text, const PlainName &name, const std::vector<TemplateCall> &calls) {
    Reference out;
    std::string raw = name.name;
    size_t prefix = std::strlen(kPlaceholder);
    if (name.schema == nullptr && raw.compare(0, prefix, kPlaceholder) == 0) {
        const TemplateCall &call = calls.at(std::stoul(raw.substr(prefix)));
        out.form = call.function == "ref" ? Reference::Form::ref : Reference::Form::source;
        out.name = call.arguments.back();
        if (call.arguments.size() > 1) out.schema = call.arguments.front();
        out.begin = call.begin;
        out.end = call.end;
    } else {
        out.schema = name.schema == nullptr ? "" : name.schema;
        out.name = raw;
        out.begin = name.begin;
        out.end = name_end(text, name.begin);
    }
    out.has_alias = name.has_alias;
    return out;
}

void check_statement(const NameTable &names, const std::string &text) {
    if (names.statements == 0)
        throw core::Error("42601", "the body is empty", "", "A model is one SELECT statement.").with(core::ErrorKind::database);
    if (names.statements > 1)
        raise_at("42601", "a model must be one SELECT statement, not several", text, names.statement_end, "");
    if (!names.is_select)
        raise_at("0A000", "a model must be a SELECT statement", text, 0,
                 "Data is written by the materialization, not by the body.");
    if (names.refused != nullptr) raise_at("0A000", names.refused, text, std::max(names.refused_at, 0), "");
}

// Where the name behind the one at `begin`, and behind its dot, starts.
int next_name(const std::string &text, int begin) {
    size_t at = begin;
    bool quoted = false;
    for (; at < text.size() && (quoted || text[at] != '.'); at++)
        if (text[at] == '"') quoted = !quoted;
    for (at++; at < text.size() && isspace(static_cast<unsigned char>(text[at]));) at++;
    return static_cast<int>(at);
}

// The end of "is_incremental ( )" that starts at `begin`.
int call_end(const std::string &text, int begin) {
    size_t close = text.find(')', begin);
    return close == std::string::npos ? static_cast<int>(text.size()) : static_cast<int>(close) + 1;
}

struct Splice {
    int begin, end;
    std::string text;
};

std::string apply(const std::string &text, std::vector<Splice> splices) {
    std::sort(splices.begin(), splices.end(), [](const Splice &a, const Splice &b) { return a.begin < b.begin; });
    std::string out;
    int at = 0;
    for (const Splice &s : splices) {
        append_apart(out, std::string_view(text).substr(at, s.begin - at));
        append_apart(out, s.text);
        at = s.end;
    }
    append_apart(out, std::string_view(text).substr(at));
    return out;
}

// Plain data of one stand-in, for use under the guard.
struct PlainStandIn {
    const char *schema, *name;
    const Column *columns;
    int count;
};

TupleDesc make_desc(const PlainStandIn &in) {
    TupleDesc desc = CreateTemplateTupleDesc(in.count);
    for (int i = 0; i < in.count; i++) {
        Oid type;
        int32 typmod;
        compat::parse_type(in.columns[i].type.c_str(), &type, &typmod);
        TupleDescInitEntry(desc, i + 1, in.columns[i].name.c_str(), type, typmod, 0);
        if (!in.columns[i].collation.empty())
            TupleDescInitEntryCollation(
                desc, i + 1,
                DatumGetObjectId(DirectFunctionCall1(regcollationin, CStringGetDatum(in.columns[i].collation.c_str()))));
    }
    return desc;
}

void add_stand_in(QueryEnvironment *env, const char *name, const PlainStandIn &in) {
    auto *relation = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = pstrdup(name);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = make_desc(in);
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = 0;
    register_ENR(env, relation);
}

// Replaces the tree's relation names by their stand-ins, keeping the name by which columns refer to them.
void rewrite(RawNames names, const PlainStandIn *ins, QueryEnvironment *env, const char *const *aliases) {
    int i = 0;
    ListCell *cell;
    foreach (cell, names.relations) {
        auto *range = lfirst_node(RangeVar, cell);
        if (range->alias == nullptr) range->alias = makeAlias(aliases[i], NIL);
        range->catalogname = nullptr;
        if (ins[i].count > 0) {
            char *name = psprintf("mesh_stand_in_%d", i);
            add_stand_in(env, name, ins[i]);
            range->schemaname = nullptr;
            range->relname = name;
        } else {
            range->schemaname = pstrdup(ins[i].schema);
            range->relname = pstrdup(ins[i].name);
        }
        i++;
    }
    foreach (cell, names.qualified_columns) {
        auto *ref = lfirst_node(ColumnRef, cell);
        ref->fields = list_copy_tail(ref->fields, list_length(ref->fields) - 2);
    }
}

}  // namespace

const char *type_text(Oid type, int32 typmod) {
    return format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

const char *collation_text(Oid type, Oid collation) {
    if (!OidIsValid(collation) || collation == get_typcollation(type)) return nullptr;
    return DatumGetCString(DirectFunctionCall1(regcollationout, ObjectIdGetDatum(collation)));
}

PlainColumns describe_query(Query *query) {
    PlainColumns out = {};
    int size = list_length(query->targetList) + 1;
    out.names = static_cast<const char **>(palloc0(sizeof(char *) * size));
    out.types = static_cast<const char **>(palloc0(sizeof(char *) * size));
    out.collations = static_cast<const char **>(palloc0(sizeof(char *) * size));
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk) continue;
        Node *expr = reinterpret_cast<Node *>(entry->expr);
        Oid type = exprType(expr), collation = exprCollation(expr);
        if (get_typtype(type) == TYPTYPE_PSEUDO)
            ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
                            errmsg("column \"%s\" has pseudo-type %s", entry->resname, format_type_be(type))));
        out.names[out.count] = entry->resname;
        out.types[out.count] = type_text(type, exprTypmod(expr));
        out.collations[out.count] = collation_text(type, collation);
        out.count++;
    }
    out.is_volatile = contain_volatile_functions(reinterpret_cast<Node *>(query));
    out.query = query;
    return out;
}

std::vector<Column> to_columns(const PlainColumns &found) {
    std::vector<Column> out;
    for (int i = 0; i < found.count; i++) out.push_back({found.names[i], found.types[i], found.collations[i] ? found.collations[i] : ""});
    return out;
}

ParsedBody parse_body(const std::string &text) {
    const NoNotices quiet;
    Template expanded = expand_template(text);
    const char *sql = expanded.sql.c_str();
    NameTable names = with_position(text, [&] { return call([sql] { return name_table(sql); }); });
    check_statement(names, text);
    ParsedBody body;
    body.text = names.statement_end > 0 ? text.substr(0, names.statement_end) : text;
    for (int i = 0; i < names.relations; i++) {
        body.references.push_back(make_reference(text, names.relation[i], expanded.calls));
        body.references.back().index = i;
    }
    for (int i = 0; i < names.calls; i++)
        body.incremental_calls.push_back({names.call_at[i], call_end(text, names.call_at[i])});
    for (int i = 0; i < names.columns; i++) {
        int begin = names.column[i].begin, end = next_name(text, begin);
        body.schema_prefixes.push_back({begin, names.column[i].has_alias ? next_name(text, end) : end});
    }
    return body;
}

Analysis analyze_body(const ParsedBody &body, const std::vector<StandIn> &stand_ins, bool incremental) {
    const NoNotices quiet;
    Template expanded = expand_template(body.text);
    std::vector<PlainStandIn> plain;
    std::vector<const char *> aliases;
    for (size_t i = 0; i < stand_ins.size(); i++) {
        const StandIn &in = stand_ins[i];
        plain.push_back({in.schema.c_str(), in.name.c_str(), in.columns.data(), static_cast<int>(in.columns.size())});
        aliases.push_back(body.references[i].name.c_str());
    }
    const char *sql = expanded.sql.c_str();
    const PlainStandIn *ins = plain.data();
    const char *const *alias = aliases.data();
    PlainColumns found = with_position(body.text, [&] {
        return call([=] {
            int statements;
            RawStmt *raw = parse_one(sql, &statements);
            RawNames names = collect_names(raw);
            QueryEnvironment *env = create_queryEnv();
            rewrite(names, ins, env, alias);
            fold_incremental(raw, incremental);
            return describe_query(parse_analyze_fixedparams(raw, sql, nullptr, 0, env));
        });
    });
    Analysis out;
    out.columns = to_columns(found);
    out.is_volatile = found.is_volatile;
    out.lineage = column_lineage(found.query, stand_ins);
    out.facts = query_facts(found.query, stand_ins, body.text);
    return out;
}

std::string splice(const ParsedBody &body, const std::vector<std::string> &names, bool incremental) {
    std::vector<Splice> splices;
    for (size_t i = 0; i < body.references.size(); i++) {
        const Reference &ref = body.references[i];
        std::string text = names[i];
        if (!ref.has_alias) {
            const char *alias = ref.name.c_str();
            text += std::string(" as ") + call([alias] { return quote_identifier(alias); });
        }
        splices.push_back({ref.begin, ref.end, text});
    }
    for (const Span &span : body.incremental_calls)
        splices.push_back({span.begin, span.end, incremental ? "true" : "false"});
    for (const Span &span : body.schema_prefixes) splices.push_back({span.begin, span.end, ""});
    return apply(body.text, splices);
}

std::string respell(const ParsedBody &body, const std::vector<std::string> &names) {
    std::vector<Splice> splices;
    for (size_t i = 0; i < body.references.size(); i++) {
        const Reference &ref = body.references[i];
        if (body.text.substr(ref.begin, ref.end - ref.begin) == names[i]) continue;
        const char *alias = ref.name.c_str();
        std::string old = ref.has_alias ? "" : std::string(" as ") + call([alias] { return quote_identifier(alias); });
        splices.push_back({ref.begin, ref.end, names[i] + old});
    }
    for (const Span &span : body.schema_prefixes) splices.push_back({span.begin, span.end, ""});
    return apply(body.text, splices);
}

}  // namespace mesh::pg
