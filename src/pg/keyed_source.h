// Inner parts of the proof in keyed.cpp: the tables at its bottom, and the keys at its top. All of it runs under pg::call.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// One place where a query reads a table.
struct KeySource {
    Oid relation;
};

// `expression` is over the columns of the source's table, as Vars of range table entry 1.
struct KeyPair {
    const KeySource *source;
    Node *expression;
};

KeyPair *make_pair_of(const KeySource *source, Node *expression);

// Why changes of a table cannot be followed; NULL: they can.
const char *why_not_followed(Oid relation);

int column_count(Oid relation);

// The column as a Var; NULL when it was dropped or has no stored value.
Node *source_column(Oid relation, int number);

// Two values that the type's default equality calls equal have the same bytes: then functions cannot tell them apart.
bool equal_is_identical(Oid type, Oid collation);
bool is_default_equality(Oid op, Oid type);

// The functions of a query: the first that is not immutable, in words (NULL: there is none); and what changes when a user
// replaces one.
struct Functions {
    const char *mutable_one;
    const char *versions;
};
Functions used_functions(Query *query);

const char *relation_text(Oid relation);
const char *storage_text(Oid relation);  // another one when its storage is exchanged

// KeyedInput as plain data.
struct PlainColumn {
    int number;
    const char *name, *type;
};
struct PlainPart {
    const char *column, *type, *expression;
    bool is_short;
};
struct PlainInput {
    Oid relation;
    const char *schema, *name;
    int columns, parts;
    PlainColumn *column;
    PlainPart *part;
};

// The key of `source` in the result of a query with these targets, whose columns have these pairs. No parts: it has none.
PlainInput choose_key(const KeySource *source, List *targets, List *const *pairs, const char *const *preferred, int preferred_count);

}  // namespace mesh::pg
