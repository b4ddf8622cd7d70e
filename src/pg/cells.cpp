#include "pg/cells.h"

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am_d.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
}

namespace mesh::pg {

namespace {

constexpr int kMostConstants = 1000;  // for more of them the server's own hash table is the better way
constexpr int kNotEqual = BTMaxStrategyNumber + 1;

// SQL's three truth values.
enum class Truth : uint8 { no, yes, unknown };

Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

// A part of the condition.
struct Term {
    enum class What : uint8 { all, any, negation, is_null, bool_test, compare, constant } what;
    List *parts;            // all, any, negation, bool_test
    BoolTestType test;
    Truth value;            // constant; is_null: yes for IS NULL, no for IS NOT NULL
    int strategy;           // compare: column <strategy> constant
    Datum constant;
    int64 key;
    int rank;               // of the constant among all
};

struct Builder {
    AttrNumber column;
    KeyKind kind;
    List *compares;
};

Term *term_of(Node *node, Builder *builder);

Term *new_term(Term::What what) {
    auto *out = static_cast<Term *>(palloc0(sizeof(Term)));
    out->what = what;
    return out;
}

Term *constant_term(Truth value) {
    Term *out = new_term(Term::What::constant);
    out->value = value;
    return out;
}

// The column that the node is, under another name of its type or not.
Var *column_of(Node *node) {
    while (node != nullptr && IsA(node, RelabelType)) node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
    if (node == nullptr || !IsA(node, Var)) return nullptr;
    auto *var = reinterpret_cast<Var *>(node);
    return var->varattno > 0 && var->varlevelsup == 0 ? var : nullptr;
}

bool is_of_column(Node *node, Builder *builder) {
    Var *var = column_of(node);
    if (var == nullptr || (builder->column != 0 && builder->column != var->varattno)) return false;
    builder->column = var->varattno;
    return true;
}

bool is_integer(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID;
}

bool is_float(Oid type) {
    return type == FLOAT4OID || type == FLOAT8OID;
}

// The same number is the same key, whatever of these types it has; a float4 is compared as the float8 that it is.
bool comparable(Oid a, Oid b) {
    return a == b || (is_integer(a) && is_integer(b)) || (is_float(a) && is_float(b));
}

bool take_kind(KeyKind kind, Builder *builder) {
    if (kind == KeyKind::none || (builder->kind != KeyKind::none && builder->kind != kind)) return false;
    builder->kind = kind;
    return true;
}

// What the operator asks of its left side's order against its right side; 0: something else.
int strategy_of(Oid op, Oid type) {
    Oid family = get_opclass_family(GetDefaultOpClass(type, BTREE_AM_OID));
    if (int strategy = get_op_opfamily_strategy(op, family); strategy != 0) return strategy;
    Oid negator = get_negator(op);
    return OidIsValid(negator) && get_op_opfamily_strategy(negator, family) == BTEqualStrategyNumber ? kNotEqual : 0;
}

int turned(int strategy) {
    switch (strategy) {
    case BTLessStrategyNumber: return BTGreaterStrategyNumber;
    case BTLessEqualStrategyNumber: return BTGreaterEqualStrategyNumber;
    case BTGreaterEqualStrategyNumber: return BTLessEqualStrategyNumber;
    case BTGreaterStrategyNumber: return BTLessStrategyNumber;
    default: return strategy;
    }
}

// Texts that are equal have the same bytes, unless the collation says otherwise; their order is the collation's own affair.
bool bytes_decide(int strategy, Oid collation) {
    return (strategy == BTEqualStrategyNumber || strategy == kNotEqual) && OidIsValid(collation) && get_collation_isdeterministic(collation);
}

// 0 unless `op` compares the column with a value of type `other`. `column_left`: on which side the column stands.
int comparison(Oid op, Oid collation, bool column_left, Oid *other, Builder *builder) {
    Oid left, right;
    op_input_types(op, &left, &right);
    Oid own = column_left ? left : right;
    *other = column_left ? right : left;
    if (kind_of(own) == KeyKind::none || !comparable(own, *other)) return 0;
    int strategy = strategy_of(op, own);
    if (strategy == 0 || (own == TEXTOID && !bytes_decide(strategy, collation))) return 0;
    if (!take_kind(kind_of(own), builder)) return 0;
    return column_left ? strategy : turned(strategy);
}

bool has_param(Node *node, void *) {
    if (node == nullptr) return false;
    if (IsA(node, Param)) return true;
    return expression_tree_walker(node, MESH_WALKER(has_param), nullptr);
}

bool is_constant(Node *node) {
    if (IsA(node, Const)) return true;
    return !contain_var_clause(node) && !contain_volatile_functions(node) && !contain_subplans(node) && !has_param(node, nullptr);
}

Datum value_of(Node *node, bool *is_null) {
    if (IsA(node, Const)) {
        *is_null = reinterpret_cast<Const *>(node)->constisnull;
        return reinterpret_cast<Const *>(node)->constvalue;
    }
    ExprContext *context = CreateStandaloneExprContext();
    ExprState *state = ExecInitExpr(reinterpret_cast<Expr *>(node), nullptr);
    Datum value = ExecEvalExprSwitchContext(state, context, is_null);
    int16 size;
    bool by_value;
    get_typlenbyval(exprType(node), &size, &by_value);
    if (!*is_null) value = datumCopy(value, by_value, size);
    FreeExprContext(context, true);
    return value;
}

// Both operators are strict: what is compared with null is unknown.
Term *compare_term(int strategy, Oid type, Datum constant, bool is_null, Builder *builder) {
    if (is_null) return constant_term(Truth::unknown);
    Term *out = new_term(Term::What::compare);
    out->strategy = strategy;
    KeyKind kind = kind_of(type);
    out->constant = kind == KeyKind::text || kind == KeyKind::numeric ? PointerGetDatum(PG_DETOAST_DATUM_COPY(constant)) : constant;
    out->key = key_of(kind, out->constant);
    builder->compares = lappend(builder->compares, out);
    return out;
}

Term *operator_term(OpExpr *op, Builder *builder) {
    if (list_length(op->args) != 2) return nullptr;
    auto *left = static_cast<Node *>(linitial(op->args)), *right = static_cast<Node *>(lsecond(op->args));
    bool column_left = column_of(left) != nullptr;
    Node *constant = column_left ? right : left;
    if (!is_of_column(column_left ? left : right, builder) || !is_constant(constant)) return nullptr;
    Oid type;
    int strategy = comparison(op->opno, op->inputcollid, column_left, &type, builder);
    if (strategy == 0) return nullptr;
    bool is_null;
    Datum value = value_of(constant, &is_null);
    return compare_term(strategy, type, value, is_null, builder);
}

// column in (...), column not in (...).
Term *list_term(ScalarArrayOpExpr *list, Builder *builder) {
    auto *array = static_cast<Node *>(lsecond(list->args));
    Oid type;
    if (!is_of_column(static_cast<Node *>(linitial(list->args)), builder) || !is_constant(array)) return nullptr;
    int strategy = comparison(list->opno, list->inputcollid, true, &type, builder);
    if (strategy == 0 || get_base_element_type(exprType(array)) != type) return nullptr;
    bool is_null;
    Datum value = value_of(array, &is_null);
    if (is_null) return constant_term(Truth::unknown);
    int16 size;
    bool by_value, *nulls;
    char align;
    Datum *items;
    int count;
    get_typlenbyvalalign(type, &size, &by_value, &align);
    deconstruct_array(DatumGetArrayTypeP(value), type, size, by_value, align, &items, &nulls, &count);
    if (count > kMostConstants) return nullptr;
    Term *out = new_term(list->useOr ? Term::What::any : Term::What::all);
    for (int i = 0; i < count; i++) out->parts = lappend(out->parts, compare_term(strategy, type, items[i], nulls[i], builder));
    return out;
}

Term *terms_of(List *nodes, Term *out, Builder *builder) {
    ListCell *cell;
    foreach (cell, nodes) {
        Term *part = term_of(static_cast<Node *>(lfirst(cell)), builder);
        if (part == nullptr) return nullptr;
        out->parts = lappend(out->parts, part);
    }
    return out;
}

Term *bool_term(BoolExpr *node, Builder *builder) {
    return terms_of(node->args, new_term(node->boolop == AND_EXPR ? Term::What::all : node->boolop == OR_EXPR ? Term::What::any : Term::What::negation), builder);
}

Term *bool_test_term(BooleanTest *node, Builder *builder) {
    Term *out = new_term(Term::What::bool_test);
    out->test = node->booltesttype;
    return terms_of(list_make1(node->arg), out, builder);
}

Term *null_term(NullTest *node, Builder *builder) {
    if (node->argisrow || !is_of_column(reinterpret_cast<Node *>(node->arg), builder)) return nullptr;
    Term *out = new_term(Term::What::is_null);
    out->value = truth(node->nulltesttype == IS_NULL);
    return out;
}

Term *term_of(Node *node, Builder *builder) {
    check_stack_depth();
    switch (nodeTag(node)) {
    case T_BoolExpr: return bool_term(reinterpret_cast<BoolExpr *>(node), builder);
    case T_BooleanTest: return bool_test_term(reinterpret_cast<BooleanTest *>(node), builder);
    case T_NullTest: return null_term(reinterpret_cast<NullTest *>(node), builder);
    case T_OpExpr: return operator_term(reinterpret_cast<OpExpr *>(node), builder);
    case T_ScalarArrayOpExpr: return list_term(reinterpret_cast<ScalarArrayOpExpr *>(node), builder);
    case T_Const: {
        auto *constant = reinterpret_cast<Const *>(node);
        return constant_term(constant->constisnull ? Truth::unknown : truth(DatumGetBool(constant->constvalue)));
    }
    case T_Var:
    case T_RelabelType:
        if (!is_of_column(node, builder) || !take_kind(KeyKind::boolean, builder)) return nullptr;
        return compare_term(BTEqualStrategyNumber, BOOLOID, BoolGetDatum(true), false, builder);
    default: return nullptr;
    }
}

// Sorts the constants, and tells each comparison which of them is its own. False when they cannot be told apart by their keys.
bool rank_constants(const Builder &builder, Cells *cells) {
    int count = list_length(builder.compares), distinct = 0;
    auto **terms = static_cast<Term **>(palloc(sizeof(Term *) * (count + 1)));
    for (int i = 0; i < count; i++) terms[i] = static_cast<Term *>(list_nth(builder.compares, i));
    bool numeric = builder.kind == KeyKind::numeric;
    auto order = [numeric](const Term *a, const Term *b) {
        if (numeric) return compare_numeric(a->constant, b->constant);
        return a->key < b->key ? -1 : a->key > b->key;
    };
    std::sort(terms, terms + count, [order](const Term *a, const Term *b) { return order(a, b) < 0; });
    cells->keys = static_cast<int64 *>(palloc(sizeof(int64) * (count + 1)));
    cells->constants = static_cast<Datum *>(palloc(sizeof(Datum) * (count + 1)));
    for (int i = 0; i < count; i++) {
        bool same = i > 0 && order(terms[i - 1], terms[i]) == 0;
        if (same && builder.kind == KeyKind::text && !same_bytes(terms[i - 1]->constant, terms[i]->constant)) return false;
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
    Builder builder = {};
    Term *term = term_of(condition, &builder);
    if (term == nullptr || builder.column == 0) return nullptr;
    auto *out = static_cast<Cells *>(palloc0(sizeof(Cells)));
    out->column = builder.column;
    if (!rank_constants(builder, out)) return nullptr;
    out->kind = out->count == 0 ? KeyKind::none : builder.kind;
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
