// The character database behind unicode.h: sorted runs, written by scripts/unicode-table.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mesh::core::jinja {

// Every stride-th character from first to last.
struct CharRun {
    std::uint32_t first, last;
    std::uint8_t stride;
};

// Such a run whose characters map to themselves plus delta.
struct CaseRun {
    std::uint32_t first, last;
    std::uint8_t stride;
    std::int32_t delta;
};

// A character that maps to several, up to the first zero.
struct CaseSpecial {
    std::uint32_t from, to[3];
};

#define MESH_TABLE(type, name) \
    extern const type name[];  \
    extern const std::size_t name##_size
MESH_TABLE(CaseRun, upper_runs);
MESH_TABLE(CaseSpecial, upper_specials);
MESH_TABLE(CaseRun, lower_runs);
MESH_TABLE(CaseSpecial, lower_specials);
MESH_TABLE(CaseRun, title_runs);
MESH_TABLE(CaseSpecial, title_specials);
MESH_TABLE(CaseRun, fold_runs);
MESH_TABLE(CaseSpecial, fold_specials);
MESH_TABLE(CharRun, alpha_runs);
MESH_TABLE(CharRun, decimal_runs);
MESH_TABLE(CharRun, digit_runs);
MESH_TABLE(CharRun, numeric_runs);
MESH_TABLE(CharRun, is_lower_runs);
MESH_TABLE(CharRun, is_upper_runs);
MESH_TABLE(CharRun, unprintable_runs);
MESH_TABLE(CharRun, identifier_start_runs);
MESH_TABLE(CharRun, identifier_runs);
#undef MESH_TABLE

}  // namespace mesh::core::jinja
