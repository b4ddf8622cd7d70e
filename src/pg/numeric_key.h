// A numeric as an integer that is ordered as it is, but for what comes after its first twelve digits.
#pragma once

#include "pg/pg.h"

namespace mesh::pg {

// Numbers with different keys compare as their keys do; of those with the same key numeric_cmp() has to tell. The number must be whole
// (neither compressed nor stored elsewhere), and may have a short header.
// Source: the stored format of src/backend/utils/adt/numeric.c, which has not changed since 9.1, as pg_upgrade keeps what is stored. A header
// of 16 bits (special values; sign, scale and a weight of 7 bits) or of twice 16 (sign and scale; weight), then digits to the base 10,000
// without zeros in front.
inline int64 numeric_key(Datum number) {
    const char *bytes = VARDATA_ANY(DatumGetPointer(number));
    uint16 header, digit;
    std::memcpy(&header, bytes, sizeof(header));
    if ((header & 0xC000) == 0xC000) return (header & 0xF000) == 0xC000 ? PG_INT64_MAX : (header & 0xF000) == 0xD000 ? PG_INT64_MAX - 1 : PG_INT64_MIN + 1;
    bool is_short = (header & 0x8000) != 0, is_negative = (header & (is_short ? 0x2000 : 0x4000)) != 0;
    int16 weight = static_cast<int16>((header & 0x40 ? ~0x3F : 0) | (header & 0x3F));
    if (!is_short) std::memcpy(&weight, bytes + sizeof(header), sizeof(weight));
    int size = is_short ? 2 : 4, count = (static_cast<int>(VARSIZE_ANY_EXHDR(DatumGetPointer(number))) - size) / 2;
    if (count == 0) return 0;
    std::memcpy(&digit, bytes + size, sizeof(digit));
    int64 digits = digit * INT64CONST(100000000);
    if (count > 1) {
        std::memcpy(&digit, bytes + size + 2, sizeof(digit));
        digits += digit * INT64CONST(10000);
    }
    if (count > 2) {
        std::memcpy(&digit, bytes + size + 4, sizeof(digit));
        digits += digit;
    }
    int64 key = (static_cast<int64>(weight) + 32769) << 40 | digits;
    return is_negative ? -key : key;
}

}  // namespace mesh::pg
