#include "pg/cells.h"

#include <algorithm>

#include "pg/term.h"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace mesh::pg {

namespace {

// Sorts the constants, and tells each comparison which of them is its own. False when they cannot be told apart by their keys.
bool rank_constants(const Terms &all, Cells *cells) {
    int count = list_length(all.compares), distinct = 0;
    auto **terms = static_cast<Term **>(palloc(sizeof(Term *) * (count + 1)));
    for (int i = 0; i < count; i++) terms[i] = static_cast<Term *>(list_nth(all.compares, i));
    bool numeric = all.kind == KeyKind::numeric;
    auto order = [numeric](const Term *a, const Term *b) {
        if (numeric) return compare_numeric(a->constant, b->constant);
        return a->key < b->key ? -1 : a->key > b->key;
    };
    std::sort(terms, terms + count, [order](const Term *a, const Term *b) { return order(a, b) < 0; });
    cells->keys = static_cast<int64 *>(palloc(sizeof(int64) * (count + 1)));
    cells->constants = static_cast<Datum *>(palloc(sizeof(Datum) * (count + 1)));
    for (int i = 0; i < count; i++) {
        bool same = i > 0 && order(terms[i - 1], terms[i]) == 0;
        if (same && all.kind == KeyKind::text && !same_bytes(terms[i - 1]->constant, terms[i]->constant)) return false;
        if (numeric && !same && i > 0 && terms[i - 1]->key == terms[i]->key) return false;
        if (!same) {
            cells->keys[distinct] = terms[i]->key;
            cells->constants[distinct++] = terms[i]->constant;
        }
        terms[i]->rank = distinct - 1;
    }
    cells->count = distinct;
    return distinct <= kMostConstants;
}

Truth compared(int strategy, int cell, int own) {
    switch (strategy) {
    case BTLessStrategyNumber: return truth(cell < own);
    case BTLessEqualStrategyNumber: return truth(cell <= own);
    case BTEqualStrategyNumber: return truth(cell == own);
    case BTGreaterEqualStrategyNumber: return truth(cell >= own);
    case BTGreaterStrategyNumber: return truth(cell > own);
    default: return truth(cell != own);
    }
}

Truth tested(BoolTestType test, Truth value) {
    switch (test) {
    case IS_TRUE: return truth(value == Truth::yes);
    case IS_NOT_TRUE: return truth(value != Truth::yes);
    case IS_FALSE: return truth(value == Truth::no);
    case IS_NOT_FALSE: return truth(value != Truth::no);
    case IS_UNKNOWN: return truth(value == Truth::unknown);
    default: return truth(value != Truth::unknown);
    }
}

constexpr int kNull = -1;

Truth answer(const Term *term, int cell);

// AND is settled by a no, OR by a yes; what is not settled is unknown when one of its parts is.
Truth answer_of_parts(const Term *term, int cell, Truth settling) {
    Truth out = settling == Truth::yes ? Truth::no : Truth::yes;
    ListCell *at;
    foreach (at, term->parts) {
        Truth part = answer(static_cast<Term *>(lfirst(at)), cell);
        if (part == settling) return part;
        if (part == Truth::unknown) out = part;
    }
    return out;
}

Truth answer(const Term *term, int cell) {
    switch (term->what) {
    case Term::What::all: return answer_of_parts(term, cell, Truth::no);
    case Term::What::any: return answer_of_parts(term, cell, Truth::yes);
    case Term::What::is_null: return truth((cell == kNull) == (term->value == Truth::yes));
    case Term::What::compare: return cell == kNull ? Truth::unknown : compared(term->strategy, cell, 2 * term->rank + 1);
    case Term::What::constant: return term->value;
    default: break;
    }
    Truth part = answer(static_cast<Term *>(linitial(term->parts)), cell);
    if (term->what == Term::What::bool_test) return tested(term->test, part);
    return part == Truth::unknown ? part : truth(part == Truth::no);
}

// Is there no key in the gap below constant `at`?
bool is_empty_gap(const Cells &cells, int at) {
    bool first = at == 0, last = at == cells.count;
    if (first || last) return cells.count > 0 && cells.keys[first ? 0 : at - 1] == (first ? PG_INT64_MIN : PG_INT64_MAX);
    return cells.keys[at] - 1 == cells.keys[at - 1];
}

// Is there a value with the key of this constant that meets the condition? A number may stand next to the constant and have its key.
bool may_be_met(const Cells &cells, int at) {
    const bool *cell = cells.is_met + 2 * at + 1;
    return *cell || (cells.kind == KeyKind::numeric && (cell[-1] || cell[1]));
}

// The widest range of keys without a cell in which the condition is met; an empty one when there is none.
void find_quiet_range(Cells *cells) {
    cells->quiet_from = 1;
    cells->quiet_to = 0;
    if (cells->kind == KeyKind::none || cells->kind == KeyKind::text) return;
    uint64 widest = 0;
    int64 from = PG_INT64_MIN;
    for (int cell = 0; cell <= 2 * cells->count; cell++) {
        int at = cell / 2;
        bool is_point = cell % 2 == 1;
        if (!is_point && is_empty_gap(*cells, at)) continue;
        int64 to = is_point ? cells->keys[at] : at == cells->count ? PG_INT64_MAX : cells->keys[at] - 1;
        if (is_point ? may_be_met(*cells, at) : cells->is_met[cell]) {
            from = to == PG_INT64_MAX ? to : to + 1;
        } else if (uint64 width = static_cast<uint64>(to) - static_cast<uint64>(from); width >= widest) {
            widest = width;
            cells->quiet_from = from;
            cells->quiet_to = to;
        }
    }
}

}  // namespace

KeyKind kind_of(Oid type) {
    switch (type) {
    case INT2OID: return KeyKind::int2;
    case INT4OID: case DATEOID: return KeyKind::int4;
    case INT8OID: case TIMESTAMPOID: case TIMESTAMPTZOID: case TIMEOID: return KeyKind::int8;
    case BOOLOID: return KeyKind::boolean;
    case OIDOID: return KeyKind::oid;
    case FLOAT4OID: return KeyKind::float4;
    case FLOAT8OID: return KeyKind::float8;
    case TEXTOID: return KeyKind::text;
    case NUMERICOID: return KeyKind::numeric;
    default: return KeyKind::none;
    }
}

Cells *make_cells(Node *condition) {
    Terms terms = {};
    Term *term = term_of(condition, &terms);
    if (term == nullptr || terms.column == 0) return nullptr;
    auto *out = static_cast<Cells *>(palloc0(sizeof(Cells)));
    out->column = terms.column;
    if (!rank_constants(terms, out)) return nullptr;
    out->kind = out->count == 0 ? KeyKind::none : terms.kind;
    out->is_met = static_cast<bool *>(palloc(sizeof(bool) * (2 * out->count + 1)));
    for (int cell = 0; cell <= 2 * out->count; cell++) out->is_met[cell] = answer(term, cell) == Truth::yes;
    out->null_meets = answer(term, kNull) == Truth::yes;
    find_quiet_range(out);
    return out;
}

bool same_bytes(Datum a, Datum b) {
    const char *x = DatumGetPointer(a), *y = DatumGetPointer(b);
    return VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) && memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0;
}

int compare_numeric(Datum a, Datum b) {
    int order = DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
    return order < 0 ? -1 : order > 0;
}

}  // namespace mesh::pg
