// Small things about text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mesh::cli {

std::vector<std::string> split(std::string_view text, char separator);   // without empty pieces
std::string join(const std::vector<std::string> &pieces, std::string_view separator);
std::string trim(std::string_view text);
bool starts_with(std::string_view text, std::string_view prefix);
bool ends_with(std::string_view text, std::string_view suffix);

// "1 error", "2 errors"
std::string counted(long count, const std::string &noun);

// So many of a resource type or kind of model, in dbt's words: "1 test", "2 data tests", "3 materialized view models".
std::string counted_kind(long count, std::string kind);

// In characters, as they take room on a terminal.
std::size_t width_of(std::string_view text);

// Without the escape sequences of colours.
std::string without_colours(const std::string &text);

// Where the text stops being UTF-8 (or has a NUL byte, which PostgreSQL's text cannot hold); nullopt: nowhere.
std::optional<std::size_t> not_utf8_at(std::string_view text);

}  // namespace mesh::cli
