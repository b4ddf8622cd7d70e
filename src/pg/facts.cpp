#include "pg/facts.h"

#include <algorithm>

#include "core/digest.h"
#include "core/plan/settings_only.h"
#include "pg/compat.h"
#include "pg/raw_body.h"
#include "pg/reads.h"
#include "pg/session.h"

extern "C" {
#include "access/relation.h"
#include "access/transam.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
}

namespace mesh::pg {

namespace {

constexpr const char *kNamesMoment = "it names a moment by a word such as 'today'";

// What one walk over a tree finds. Plain data: filled under the guard.
struct Found {
    const char *never;
    bool settings, vars, functions, moments;  // moments: it has a constant of a date or time type
    List *called;                             // functions that users made
    List *relations;
    Oid skip;                                 // the view itself
};

void never(Found *found, const char *why) {
    if (found->never == nullptr) found->never = why;
}

bool is_mesh_var(Oid function) {
    char *schema = get_namespace_name(get_func_namespace(function)), *name = get_func_name(function);
    return schema != nullptr && name != nullptr && strcmp(schema, "mesh") == 0 && strcmp(name, "var") == 0;
}

void judge_users_function(Found *found, Oid function, char kind) {
    if (is_mesh_var(function)) {
        found->vars = true;
        return;
    }
    found->functions = true;
    found->called = list_append_unique_oid(found->called, function);
    if (kind == PROVOLATILE_STABLE) never(found, psprintf("it calls %s, which may read anything", format_procedure(function)));
}

void judge_own_function(Found *found, Oid function, char kind) {
    if (kind != PROVOLATILE_STABLE) return;
    const char *name = get_func_name(function);
    if (core::plan::reads_time_from_text(name)) never(found, "it reads a date or time from text, which may say \"now\"");
    else if (core::plan::depends_on_settings_only(name)) found->settings = true;
    else never(found, psprintf("it calls %s", format_procedure(function)));
}

bool judge_function(Oid function, void *context) {
    auto *found = static_cast<Found *>(context);
    char kind = func_volatile(function);
    if (kind == PROVOLATILE_VOLATILE) never(found, psprintf("it calls %s", format_procedure(function)));
    if (function >= FirstNormalObjectId) judge_users_function(found, function, kind);
    else judge_own_function(found, function, kind);
    return false;
}

const char *value_function(const SQLValueFunction *node) {
    switch (node->op) {
        case SVFOP_CURRENT_DATE: return "it reads CURRENT_DATE";
        case SVFOP_CURRENT_TIME:
        case SVFOP_CURRENT_TIME_N:
        case SVFOP_LOCALTIME:
        case SVFOP_LOCALTIME_N: return "it reads the time of day";
        case SVFOP_CURRENT_TIMESTAMP:
        case SVFOP_CURRENT_TIMESTAMP_N:
        case SVFOP_LOCALTIMESTAMP:
        case SVFOP_LOCALTIMESTAMP_N: return "it reads CURRENT_TIMESTAMP";
        default: return "it reads the current role, database or schema";
    }
}

bool is_moment(Oid type) {
    return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID || type == TIMEOID || type == TIMETZOID;
}

bool walk(Node *node, Found *found);

void judge_entry(RangeTblEntry *rte, Found *found) {
    if (rte->tablesample != nullptr) never(found, "it reads a sample of a table");
    if (rte->rtekind == RTE_RELATION && rte->relid != found->skip) found->relations = list_append_unique_oid(found->relations, rte->relid);
}

bool walk(Node *node, Found *found) {
    if (node == nullptr) return false;
    check_stack_depth();
    if (IsA(node, RangeTblEntry)) {
        judge_entry(reinterpret_cast<RangeTblEntry *>(node), found);
        return false;
    }
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), MESH_WALKER(walk), found, QTW_EXAMINE_RTES_BEFORE);
    (void)check_functions_in_node(node, judge_function, found);
    if (IsA(node, SQLValueFunction)) never(found, value_function(reinterpret_cast<SQLValueFunction *>(node)));
    if (IsA(node, NextValueExpr)) never(found, "it draws numbers from a sequence");
    if (IsA(node, CoerceViaIO)) found->settings = true;
    if (IsA(node, Const) && is_moment(reinterpret_cast<Const *>(node)->consttype)) found->moments = true;
    return expression_tree_walker(node, MESH_WALKER(walk), found);
}

Found find(Query *query, Oid skip) {
    Found found = {};
    found.skip = skip;
    walk(reinterpret_cast<Node *>(query), &found);
    // What has no function to look up (JSON and XML constructors) changes with settings at most.
    if (contain_mutable_functions(reinterpret_cast<Node *>(query))) found.settings = true;
    return found;
}

// Constants such as 'today' have become dates in the tree: only the text tells.
bool says_now(const std::string &text) {
    for (const Token &token : scan(text))
        if (!token.text.empty() && core::plan::names_the_moment(token.text)) return true;
    return false;
}

// ruleutils knows no ephemeral relations; CTEs it prints by name alone.
bool name_stand_ins(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, RangeTblEntry)) {
        auto *rte = reinterpret_cast<RangeTblEntry *>(node);
        if (rte->rtekind != RTE_NAMEDTUPLESTORE) return false;
        rte->rtekind = RTE_CTE;
        rte->ctename = rte->enrname;
        return false;
    }
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), MESH_WALKER(name_stand_ins), context, QTW_EXAMINE_RTES_BEFORE);
    return expression_tree_walker(node, MESH_WALKER(name_stand_ins), context);
}

const char *printed(Query *original) {
    auto *query = copyObject(original);
    drop_unneeded(query);
    (void)name_stand_ins(reinterpret_cast<Node *>(query), nullptr);
    return pg_get_querydef(query, false);
}

bool is_order_free(const Aggref *aggregate) {
    static const char *const names[] = {"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or"};
    if (aggregate->aggfnoid >= FirstNormalObjectId || aggregate->aggtype == FLOAT4OID || aggregate->aggtype == FLOAT8OID) return false;
    const char *name = get_func_name(aggregate->aggfnoid);
    return std::any_of(std::begin(names), std::end(names), [name](const char *known) { return strcmp(known, name) == 0; });
}

// Does it find something whose result depends on the order in which rows come? Two queries that differ elsewhere may then differ there too.
bool find_order(Node *node, void *context);

bool view_finds_order(const RangeTblEntry *rte, void *context) {
    if (rte->rtekind != RTE_RELATION || get_rel_relkind(rte->relid) != RELKIND_VIEW || rte->relid == *static_cast<Oid *>(context)) return false;
    Oid view = rte->relid;
    Relation relation = relation_open(view, AccessShareLock);
    bool out = find_order(reinterpret_cast<Node *>(get_view_query(relation)), &view);
    relation_close(relation, AccessShareLock);
    return out;
}

// `context`: the view that is looked at, whose rules name itself before 16.
bool find_order(Node *node, void *context) {
    if (node == nullptr) return false;
    check_stack_depth();
    if (IsA(node, RangeTblEntry)) return view_finds_order(reinterpret_cast<RangeTblEntry *>(node), context);
    if (IsA(node, WindowFunc) || (IsA(node, Aggref) && !is_order_free(reinterpret_cast<Aggref *>(node)))) return true;
    if (IsA(node, Query)) {
        auto *query = reinterpret_cast<Query *>(node);
        if (query->limitCount != nullptr || query->limitOffset != nullptr || query->hasDistinctOn || query->hasRecursive) return true;
        return query_tree_walker(query, MESH_WALKER(find_order), context, QTW_EXAMINE_RTES_BEFORE);
    }
    return expression_tree_walker(node, MESH_WALKER(find_order), context);
}

// The query as the server prints it: one text for all ways to write it.
std::string canonical(Query *query, const std::string &text) {
    std::string out;
    ErrorData *error = try_in_subtransaction([&] { out = call([query] { return printed(query); }); });
    return error == nullptr ? out : text;  // what it cannot print is compared as it is written
}

Query *analyzed(const char *text) {
    List *parsed = raw_parser(text, RAW_PARSE_DEFAULT);
    return parse_analyze_fixedparams(linitial_node(RawStmt, parsed), text, nullptr, 0, nullptr);
}

struct PlainText {
    const char *text;
};

std::string type_name(const NeededColumn &column) {
    Oid type = column.type, collation = column.collation;
    int32 typmod = column.typmod;
    return call([=] {
        const char *shown = collation_text(type, collation);
        return PlainText{psprintf("%s %s", type_text(type, typmod), shown == nullptr ? "" : shown)};
    }).text;
}

// The stand-in of an ephemeral relation, or of a relation of the catalog.
const StandIn *stand_in_of(const NeededColumn &column, const std::vector<StandIn> &stand_ins) {
    constexpr std::string_view prefix = "mesh_stand_in_";
    if (column.name != nullptr) return &stand_ins.at(std::stoul(std::string(column.name).substr(prefix.size())));
    Oid relation = column.relation;
    PlainText name = call([=] { return PlainText{psprintf("%s.%s", get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation))}; });
    for (const StandIn &in : stand_ins)
        if (in.columns.empty() && in.schema + "." + in.name == name.text) return &in;
    return nullptr;
}

void replace_all(std::string &text, const std::string &from, const std::string &to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

// Stand-ins are numbered by their place in the text; what they stand for is what counts.
std::string with_names(std::string text, const std::vector<StandIn> &stand_ins) {
    for (size_t i = stand_ins.size(); i-- > 0;) replace_all(text, "mesh_stand_in_" + std::to_string(i), "{" + stand_ins[i].id + "}");
    return text;
}

std::string functions_text(List *called) {
    std::vector<std::string> names;
    ListCell *cell;
    foreach (cell, called) {
        Oid function = lfirst_oid(cell);
        names.emplace_back(call([function] { return format_procedure_qualified(function); }));
    }
    std::sort(names.begin(), names.end());
    std::string out;
    for (const std::string &name : names) out += name + "\n";
    return out;
}

}  // namespace

Facts query_facts(Query *query, const std::vector<StandIn> &stand_ins, const std::string &text) {
    Found found = call([query] { return find(query, InvalidOid); });
    Facts out;
    if (found.never != nullptr) out.never = found.never;
    else if (found.moments && says_now(text)) out.never = kNamesMoment;
    out.settings = found.settings;
    out.vars = found.vars;
    out.functions = found.functions;
    Needed needed = call([query] { return needed_columns(query); });
    std::set<std::string> types;
    for (int i = 0; i < needed.count; i++) {
        const NeededColumn &column = needed.columns[i];
        const StandIn *in = stand_in_of(column, stand_ins);
        std::string id = in == nullptr ? std::to_string(column.relation) : in->id;
        std::set<std::string> &read = out.reads[id];
        if (*column.column == '\0') continue;
        read.insert(column.column);
        Oid relation = column.relation;
        const char *name = column.column;
        // A column that was dropped and made again is another one: its values are not the former ones.
        std::string place = column.name != nullptr ? "" : std::to_string(call([=] { return get_attnum(relation, name); }));
        types.insert(id + "." + column.column + " " + type_name(column) + place);
    }
    std::string all = with_names(canonical(query, text), stand_ins) + "\n" + functions_text(found.called);
    for (const std::string &type : types) all += type + "\n";
    out.fingerprint = core::md5(all);
    return out;
}

std::map<std::string, std::string> column_fingerprints(const std::string &sql) {
    const NoNotices quiet;
    const char *text = sql.c_str();
    Query *query = call([text] { return analyzed(text); });
    std::map<std::string, std::string> out;
    if (call([query] { 
            Oid none = InvalidOid;
            return find_order(reinterpret_cast<Node *>(query), &none);
        })) return out;
    auto only = [query](int column) {
        return call([=] {
            auto *copy = copyObject(query);
            keep_column(copy, column);
            return PlainText{pg_get_querydef(copy, false)};
        });
    };
    out[""] = core::md5(only(-1).text);
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resjunk) continue;
        PlainText printed = only(entry->resno);
        Oid type = exprType(reinterpret_cast<Node *>(entry->expr));
        int32 typmod = exprTypmod(reinterpret_cast<Node *>(entry->expr));
        out[entry->resname] = core::md5(std::string(printed.text) + "\n" + call([=] { return PlainText{type_text(type, typmod)}; }).text);
    }
    return out;
}

static SqlFacts facts_of(const Found &found) {
    SqlFacts out{found.never == nullptr ? "" : found.never, found.settings, found.vars, found.functions, {}};
    ListCell *cell;
    foreach (cell, found.relations) out.relations.push_back(lfirst_oid(cell));
    return out;
}

SqlFacts sql_facts(const std::string &sql) {
    const NoNotices quiet;
    const char *text = sql.c_str();
    Found found = call([text] { return find(analyzed(text), InvalidOid); });
    SqlFacts out = facts_of(found);
    if (out.never.empty() && found.moments && says_now(sql)) out.never = kNamesMoment;
    return out;
}

SqlFacts view_facts(Oid view) {
    Found found = call([view] {
        Relation relation = relation_open(view, AccessShareLock);
        Found out = find(get_view_query(relation), view);
        relation_close(relation, AccessShareLock);
        return out;
    });
    return facts_of(found);
}

}  // namespace mesh::pg
