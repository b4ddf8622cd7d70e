// One replacement of either formatting: what was asked for, and numbers and text laid out so.
#pragma once

#include <string>
#include <string_view>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

struct FormatSpec {
    std::string fill = " ";
    char align = 0;  // < > ^ = or 0: the type's own
    char sign = '-';
    bool alternate = false, zero = false;
    std::int64_t width = 0;
    char grouping = 0;            // , or _
    std::int64_t precision = -1;  // -1: not given
    char type = 0;
};

// The mini language of format(). Raises ValueError.
FormatSpec parse_format_spec(std::string_view text);

// Padded to the width, to the left when the spec does not say.
std::string pad(std::string text, const FormatSpec &spec, char default_align);

std::string format_integer(std::int64_t value, const FormatSpec &spec);  // types d n b o x X c
std::string format_real(double value, const FormatSpec &spec);           // types e E f F g G n % and none
// The digits of a non-negative number in base 2, 8, 10 or 16.
std::string digits_of(std::uint64_t value, unsigned base);

}  // namespace mesh::core::jinja
