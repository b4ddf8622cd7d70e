#include "pg/keyed.h"

#include <algorithm>

#include "pg/keyed_proof.h"

extern "C" {
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
}

namespace mesh::pg {

namespace {

Query *rewritten(const char *sql) {
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    Query *query = parse_analyze_fixedparams(linitial_node(RawStmt, parsed), sql, nullptr, 0, nullptr);
    AcquireRewriteLocks(query, true, false);
    return linitial_node(Query, pg_rewrite_query(query));
}

// Plain data, for use outside of the guard.
struct Proven {
    const char *why;
    PlainInput *inputs;
    int count;
    const char *fingerprint;
};

Proven prove(const char *sql, const char *const *preferred, int preferred_count) {
    Query *query = rewritten(sql);
    Proven out = {};
    Functions functions = used_functions(query);
    out.fingerprint = psprintf("%s%s", nodeToString(query), functions.versions);
    Proof proof = {functions.mutable_one, nullptr, NIL};
    Columns columns = prove_query(&proof, query, nullptr);
    out.inputs = static_cast<PlainInput *>(palloc0(sizeof(PlainInput) * (list_length(proof.sources) + 1)));
    ListCell *cell;
    foreach (cell, proof.sources) {
        auto *source = static_cast<KeySource *>(lfirst(cell));
        PlainInput &input = out.inputs[out.count++];
        if (proof.why != nullptr) input.relation = source->relation;
        else input = choose_key(source, query->targetList, columns.pairs, preferred, preferred_count);
        if (proof.why == nullptr && input.parts == 0)
            proof.why = psprintf("no column of the result says which rows of %s it comes from%s%s", relation_text(source->relation),
                                 proof.lost == nullptr ? "" : ": lost in ", proof.lost == nullptr ? "" : proof.lost);
    }
    if (proof.why == nullptr && out.count == 0) proof.why = "it reads no table";
    out.why = proof.why;
    return out;
}

KeyedInput to_input(const PlainInput &plain) {
    KeyedInput out;
    out.relation = plain.relation;
    if (plain.schema == nullptr) return out;
    out.schema = plain.schema;
    out.name = plain.name;
    for (int i = 0; i < plain.columns; i++) {
        out.numbers.push_back(plain.column[i].number);
        out.columns.emplace_back(plain.column[i].name);
        out.types.emplace_back(plain.column[i].type);
    }
    for (int i = 0; i < plain.parts; i++) out.parts.push_back({plain.part[i].column, plain.part[i].type, plain.part[i].expression, plain.part[i].is_short});
    return out;
}

}  // namespace

KeyedQuery keyed_query(const std::string &sql, const std::vector<std::string> &preferred) {
    const char *text = sql.c_str();
    std::vector<const char *> names;
    for (const std::string &name : preferred) names.push_back(name.c_str());
    const char *const *name = names.data();
    int count = static_cast<int>(names.size());
    Proven proven = call([=] { return prove(text, name, count); });
    KeyedQuery out;
    out.why_not = proven.why == nullptr ? "" : proven.why;
    out.fingerprint = proven.fingerprint;
    for (int i = 0; i < proven.count; i++) {
        out.inputs.push_back(to_input(proven.inputs[i]));
        Oid relation = proven.inputs[i].relation;
        out.inputs.back().storage = call([=] { return storage_text(relation); });
        out.storages.push_back(out.inputs.back().storage);
    }
    std::sort(out.storages.begin(), out.storages.end());
    return out;
}

}  // namespace mesh::pg
