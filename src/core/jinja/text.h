// Values as text: str() and repr() as Python writes them, and numbers read from text.
#pragma once

#include <optional>

#include "core/jinja/object.h"

namespace mesh::core::jinja {

std::string to_text(const Value &value);  // str(value)
void append_text(std::string &out, const Value &value);
std::string repr(const Value &value);
std::string repr_text(std::string_view text);  // the quoted form of a str
std::string float_text(double value);          // the shortest that reads back as the same number

// int(written, base) and float(text), nullopt when the text is no such number. Overflow raises OverflowError.
std::optional<std::int64_t> parse_int(std::string_view written, int base = 10);
std::optional<double> parse_float(std::string_view text);

// markupsafe.escape of text.
std::string escape_html(std::string_view text);

}  // namespace mesh::core::jinja
