// UTF-8 text as Python's str sees it: characters, cases and classes.
#pragma once

#include <string>
#include <string_view>

namespace mesh::core::jinja {

// The character at the byte offset, which moves past it. A byte that is not UTF-8 is one character of its own,
// U+DC00 + byte, and append() turns that back into the byte.
char32_t decode(std::string_view text, std::size_t &at);
void append(std::string &text, char32_t c);

std::size_t count_characters(std::string_view text);
// The byte offset of the index-th character, the size of the text when there are fewer.
std::size_t byte_offset(std::string_view text, std::size_t index);

bool is_space(char32_t c);
bool is_alpha(char32_t c);
bool is_decimal(char32_t c);
bool is_digit(char32_t c);
bool is_numeric(char32_t c);
bool is_lower(char32_t c);
bool is_upper(char32_t c);
bool is_printable(char32_t c);
bool is_identifier_start(char32_t c);
bool is_identifier_part(char32_t c);
inline bool is_alnum(char32_t c) {
    return is_alpha(c) || is_numeric(c);
}
inline bool is_word(char32_t c) {
    return is_alnum(c) || c == '_';
}  // \w of a regular expression

// 0 to 9 of any script's decimal digit, -1 of other characters.
int digit_value(char32_t c);

bool is_identifier(std::string_view text);

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
std::string fold_case(std::string_view text);  // str.casefold()
std::string swap_case(std::string_view text);
std::string capitalize(std::string_view text);  // the first character in title case, the rest lower
std::string title_case(std::string_view text);  // str.title()

// Without the characters of the set at the ends; an empty set is white space.
std::string_view strip_left(std::string_view text, std::string_view set = "");
std::string_view strip_right(std::string_view text, std::string_view set = "");

}  // namespace mesh::core::jinja
