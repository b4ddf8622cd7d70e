// One cell of a CSV file as a value: what dbt's table library (agate) takes for a number, a date, a time.
#pragma once

#include <optional>
#include <string>

namespace mesh::core::project {

// Without the white space around it.
std::string csv_trim(const std::string &cell);

// Empty, or "null" in any case.
bool csv_is_null(const std::string &trimmed);

struct CsvNumber {
    std::string sign, digits;  // "-" or ""; without leading zeros
    long exponent = 0;         // value = digits * 10^exponent
    std::string special;       // "NaN" or "Infinity" instead of digits
};

// Also with per cent signs and currency symbols around it, and commas in it.
std::optional<CsvNumber> csv_number(const std::string &trimmed);

// 2026-1-5, as 2026-01-05.
std::optional<std::string> csv_date(const std::string &trimmed);

// 2026-01-05 1:2:3, as 2026-01-05 01:02:03.
std::optional<std::string> csv_datetime(const std::string &trimmed);

// 2026-01-05T10:00:00.5Z and other forms of ISO 8601, as 2026-01-05 10:00:00.5+00:00.
std::optional<std::string> csv_iso_datetime(const std::string &trimmed);

}  // namespace mesh::core::project
