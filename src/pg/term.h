// A condition on one column as terms: comparisons of the column with constants, put together by SQL's logic.
#pragma once

#include "pg/cells.h"

extern "C" {
#include "access/stratnum.h"
#include "nodes/pg_list.h"
}

namespace mesh::pg {

inline constexpr int kMostConstants = 1000;  // for more of them the server's own hash table is the better way
inline constexpr int kNotEqual = BTMaxStrategyNumber + 1;

// SQL's three truth values.
enum class Truth : uint8 { no, yes, unknown };

inline Truth truth(bool value) {
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

// Of a whole condition: the column and the kind of value that it is about, and its comparisons.
struct Terms {
    AttrNumber column;
    KeyKind kind;
    List *compares;
};

// Adds what the condition is about to `terms`; NULL when it is no such condition. Raises what finding a constant's value raises.
// Call it within pg::call.
Term *term_of(Node *condition, Terms *terms);

}  // namespace mesh::pg
