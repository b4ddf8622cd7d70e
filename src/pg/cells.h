// A condition on the values of one column, made into a table of answers.
#pragma once

#include "pg/numeric_key.h"

extern "C" {
#include "common/hashfn.h"
#include "nodes/primnodes.h"
}

namespace mesh::pg {

// How a column's values are told apart: by an integer that is ordered as they are (a text's is only as equal as the text is, and a numeric's
// is the same for numbers that differ late, see numeric_key.h).
enum class KeyKind : uint8 { none, int2, int4, int8, boolean, oid, float4, float8, text, numeric };

// The n constants that a condition compares the column with cut its values into 2n + 1 cells: below the first, equal to it, between it
// and the second, and so on. In each of them the condition has one answer.
struct Cells {
    AttrNumber column;
    KeyKind kind;       // none: it asks for null only
    int count;          // of constants
    int64 *keys;        // ascending
    Datum *constants;   // in the same order
    bool *is_met;       // of each cell
    bool null_meets;
    int64 quiet_from, quiet_to;  // keys of a range in which no value meets it, which is where the values of sound data are
};

// none: values of the type have no such integer.
KeyKind kind_of(Oid type);

// The condition as cells; NULL when it is none: it looks at several columns or at none, or at something else than comparisons with what
// is constant during a query (whose values are found here). Raises what finding them raises. Call it within pg::call.
Cells *make_cells(Node *condition);

// Are the rows that meet it those in which the column is null?
inline bool asks_for_null(const Cells &cells) {
    return cells.count == 0 && cells.null_meets && !cells.is_met[0];
}

// NaN is greater than all numbers, and the zeros are equal.
inline int64 float_key(double value) {
    if (value != value) return PG_INT64_MAX;
    value += 0.0;
    int64 bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits >= 0 ? bits : bits ^ PG_INT64_MAX;
}

// Up to seven bytes are the key themselves, with their number above them, so that "a" and "a\0" differ. Of more there is a hash, which has
// the highest bit, and who finds it equal has to compare the bytes.
inline int64 text_key(const char *bytes, int length) {
    if (length > 7) return static_cast<int64>(hash_bytes_extended(reinterpret_cast<const unsigned char *>(bytes), length, 0) | (UINT64CONST(1) << 63));
    uint64 key = static_cast<uint64>(length) << 56;
    for (int i = 0; i < length; i++) key |= static_cast<uint64>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return static_cast<int64>(key);
}

template <typename T>
inline T load(const char *at) {
    T out;
    std::memcpy(&out, at, sizeof(out));
    return out;
}

// For all kinds but none, of a value as it lies in a row. A text or number must not be compressed or stored elsewhere.
pg_attribute_always_inline int64 key_at(KeyKind kind, const char *at) {
    switch (kind) {
    case KeyKind::int2: return load<int16>(at);
    case KeyKind::int4: return load<int32>(at);
    case KeyKind::int8: return load<int64>(at);
    case KeyKind::boolean: return load<bool>(at);
    case KeyKind::oid: return load<Oid>(at);
    case KeyKind::float4: return float_key(load<float4>(at));
    case KeyKind::float8: return float_key(load<float8>(at));
    case KeyKind::text: return text_key(VARDATA_ANY(at), static_cast<int>(VARSIZE_ANY_EXHDR(at)));
    case KeyKind::numeric: return numeric_key(PointerGetDatum(at));
    default: return 0;
    }
}

// The same of a value at hand.
inline int64 key_of(KeyKind kind, Datum value) {
    switch (kind) {
    case KeyKind::int2: return DatumGetInt16(value);
    case KeyKind::int4: return DatumGetInt32(value);
    case KeyKind::int8: return DatumGetInt64(value);
    case KeyKind::boolean: return DatumGetBool(value);
    case KeyKind::oid: return DatumGetObjectId(value);
    case KeyKind::float4: return float_key(DatumGetFloat4(value));
    case KeyKind::float8: return float_key(DatumGetFloat8(value));
    default: return key_at(kind, DatumGetPointer(value));
    }
}

bool same_bytes(Datum a, Datum b);
int compare_numeric(Datum a, Datum b);  // -1, 0 or 1

// Where the value, whose key that is, stands among the constants: 0 to 2n.
inline int cell_of(const Cells &cells, int64 key, Datum value) {
    int below = 0;
    if (cells.count <= 8) {
        for (int i = 0; i < cells.count; i++) below += cells.keys[i] < key;
    } else {
        for (int high = cells.count; below < high;) {
            int middle = (below + high) / 2;
            if (cells.keys[middle] < key) below = middle + 1;
            else high = middle;
        }
    }
    if (below == cells.count || cells.keys[below] != key) return 2 * below;
    if (cells.kind == KeyKind::numeric) return 2 * below + 1 + compare_numeric(value, cells.constants[below]);
    return 2 * below + (cells.kind != KeyKind::text || key >= 0 || same_bytes(cells.constants[below], value));
}

}  // namespace mesh::pg
