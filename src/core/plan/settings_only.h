// Which of the server's own STABLE functions depend on settings alone.
#pragma once

#include <string_view>

namespace mesh::core::plan {

// True when a built-in STABLE function of this name gives the same result for the same arguments as long as the settings of
// kResultSettings do not change. STABLE functions that are not known here may depend on anything (the time, the role, the catalogs).
bool depends_on_settings_only(std::string_view function);

// Reads a date or time from text, which may say "now": then the result is the clock's.
bool reads_time_from_text(std::string_view function);

// Words in a constant that PostgreSQL's date and time types replace by the moment at which they are read: now, today, tomorrow, yesterday.
bool names_the_moment(std::string_view text);

// The settings that decide how values are read, written and cut: the settings of a session that can change a model's rows.
inline constexpr const char *kResultSettings[] = {"TimeZone", "DateStyle", "IntervalStyle", "timezone_abbreviations", "extra_float_digits", "bytea_output",
                                                  "lc_monetary", "lc_numeric", "lc_time", "default_text_search_config", "xmlbinary", "xmloption", "array_nulls"};

}  // namespace mesh::core::plan
