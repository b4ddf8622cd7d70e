#include "pg/term.h"

#include "pg/compat.h"

extern "C" {
#include "catalog/pg_am_d.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/datum.h"
}

namespace mesh::pg {

namespace {

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

bool is_of_column(Node *node, Terms *terms) {
    Var *var = column_of(node);
    if (var == nullptr || (terms->column != 0 && terms->column != var->varattno)) return false;
    terms->column = var->varattno;
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

bool take_kind(KeyKind kind, Terms *terms) {
    if (kind == KeyKind::none || (terms->kind != KeyKind::none && terms->kind != kind)) return false;
    terms->kind = kind;
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
int comparison(Oid op, Oid collation, bool column_left, Oid *other, Terms *terms) {
    Oid left, right;
    op_input_types(op, &left, &right);
    Oid own = column_left ? left : right;
    *other = column_left ? right : left;
    if (kind_of(own) == KeyKind::none || !comparable(own, *other)) return 0;
    int strategy = strategy_of(op, own);
    if (strategy == 0 || (own == TEXTOID && !bytes_decide(strategy, collation))) return 0;
    if (!take_kind(kind_of(own), terms)) return 0;
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
Term *compare_term(int strategy, Oid type, Datum constant, bool is_null, Terms *terms) {
    if (is_null) return constant_term(Truth::unknown);
    Term *out = new_term(Term::What::compare);
    out->strategy = strategy;
    KeyKind kind = kind_of(type);
    out->constant = kind == KeyKind::text || kind == KeyKind::numeric ? PointerGetDatum(PG_DETOAST_DATUM_COPY(constant)) : constant;
    out->key = key_of(kind, out->constant);
    terms->compares = lappend(terms->compares, out);
    return out;
}

Term *operator_term(OpExpr *op, Terms *terms) {
    if (list_length(op->args) != 2) return nullptr;
    auto *left = static_cast<Node *>(linitial(op->args)), *right = static_cast<Node *>(lsecond(op->args));
    bool column_left = column_of(left) != nullptr;
    Node *constant = column_left ? right : left;
    if (!is_of_column(column_left ? left : right, terms) || !is_constant(constant)) return nullptr;
    Oid type;
    int strategy = comparison(op->opno, op->inputcollid, column_left, &type, terms);
    if (strategy == 0) return nullptr;
    bool is_null;
    Datum value = value_of(constant, &is_null);
    return compare_term(strategy, type, value, is_null, terms);
}

// column in (...), column not in (...).
Term *list_term(ScalarArrayOpExpr *list, Terms *terms) {
    auto *array = static_cast<Node *>(lsecond(list->args));
    Oid type;
    if (!is_of_column(static_cast<Node *>(linitial(list->args)), terms) || !is_constant(array)) return nullptr;
    int strategy = comparison(list->opno, list->inputcollid, true, &type, terms);
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
    for (int i = 0; i < count; i++) out->parts = lappend(out->parts, compare_term(strategy, type, items[i], nulls[i], terms));
    return out;
}

Term *terms_of(List *nodes, Term *out, Terms *terms) {
    ListCell *cell;
    foreach (cell, nodes) {
        Term *part = term_of(static_cast<Node *>(lfirst(cell)), terms);
        if (part == nullptr) return nullptr;
        out->parts = lappend(out->parts, part);
    }
    return out;
}

Term *bool_term(BoolExpr *node, Terms *terms) {
    return terms_of(node->args, new_term(node->boolop == AND_EXPR ? Term::What::all : node->boolop == OR_EXPR ? Term::What::any : Term::What::negation), terms);
}

Term *bool_test_term(BooleanTest *node, Terms *terms) {
    Term *out = new_term(Term::What::bool_test);
    out->test = node->booltesttype;
    return terms_of(list_make1(node->arg), out, terms);
}

Term *null_term(NullTest *node, Terms *terms) {
    if (node->argisrow || !is_of_column(reinterpret_cast<Node *>(node->arg), terms)) return nullptr;
    Term *out = new_term(Term::What::is_null);
    out->value = truth(node->nulltesttype == IS_NULL);
    return out;
}
}  // namespace

Term *term_of(Node *node, Terms *terms) {
    check_stack_depth();
    switch (nodeTag(node)) {
    case T_BoolExpr: return bool_term(reinterpret_cast<BoolExpr *>(node), terms);
    case T_BooleanTest: return bool_test_term(reinterpret_cast<BooleanTest *>(node), terms);
    case T_NullTest: return null_term(reinterpret_cast<NullTest *>(node), terms);
    case T_OpExpr: return operator_term(reinterpret_cast<OpExpr *>(node), terms);
    case T_ScalarArrayOpExpr: return list_term(reinterpret_cast<ScalarArrayOpExpr *>(node), terms);
    case T_Const: {
        auto *constant = reinterpret_cast<Const *>(node);
        return constant_term(constant->constisnull ? Truth::unknown : truth(DatumGetBool(constant->constvalue)));
    }
    case T_Var:
    case T_RelabelType:
        if (!is_of_column(node, terms) || !take_kind(KeyKind::boolean, terms)) return nullptr;
        return compare_term(BTEqualStrategyNumber, BOOLOID, BoolGetDatum(true), false, terms);
    default: return nullptr;
    }
}

}  // namespace mesh::pg
