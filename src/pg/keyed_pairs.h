// Inner parts of the proof in keyed_proof.cpp: the pairs of columns and inputs, and how equal columns share them. All of it runs under
// pg::call.
#pragma once

#include "pg/keyed_source.h"

namespace mesh::pg {

// The queries around a row source, innermost first, for CTEs.
struct Level {
    Query *query;
    Level *outer;
};

// The columns of one row source: a List of KeyPair for each.
struct Columns {
    int count;
    List **pairs;
};

struct Equality {
    Node *left, *right;
    bool one_way;  // rows of the left are there without the right
};

struct Proof {
    const char *why;   // it fails for this reason
    const char *lost;  // what made pairs get lost, the first time
    List *sources;     // KeySource
};

// What is known within one query: the columns of its range table's entries, and which expressions are equal in all its rows.
struct Scope {
    Proof *proof;
    Level level;
    Columns *entries;  // by range table index
    List *equalities;
};

// The proof fails, or loses pairs, for this reason, if there was none before.
void fail(Proof *proof, const char *why);
void lose(Proof *proof, const char *how);

Columns no_pairs(int count);
Node *without_relabel(Node *node);

// Is there a subquery in an expression or a list of them?
bool has_sublink(Node *node, void *context = nullptr);

// A function of columns that all have a pair with one input has one too: the same function of their expressions.
List *pairs_of(Scope *scope, Node *expression);

// Gives a column the pairs of what it equals. Returns whether there was a new one.
bool add_pairs(Scope *scope, Node *column, List *pairs);

// Lets all that is equal share its pairs.
void spread(Scope *scope);

// Is the expression made of columns of these range table entries alone?
bool within(Node *expression, const Bitmapset *entries);

// The equalities that a condition asks of every row, of types whose equal values are identical.
bool is_identity(OpExpr *op);
List *identities(Node *condition);

// A row that is missing on this side comes as nulls, and goes when one appears: its columns tell nothing.
void extend_by_nulls(Scope *scope, const Bitmapset *entries);

}  // namespace mesh::pg
