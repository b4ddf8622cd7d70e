// What plain scalars mean: PyYAML's resolver and its safe constructor.
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/project/yaml.h"

namespace mesh::core::project {

namespace {

bool one_of(const std::string &text, std::initializer_list<const char *> words) {
    for (const char *word : words)
        if (text == word) return true;
    return false;
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}

// [digits and _] from `at`, the first a digit when `strict`; where they end.
std::size_t digits(const std::string &text, std::size_t at, const char *set) {
    while (at < text.size() && std::string_view(set).find(text[at]) != std::string_view::npos) ++at;
    return at;
}

std::string without(std::string text, char c) {
    std::erase(text, c);
    return text;
}

// Python's ints have no end; here those beyond 64 bits stay text.
Json integer(const std::string &text, const std::string &body, int base, bool negative) {
    std::uint64_t value = 0;
    for (const char c : body) {
        const std::uint64_t figure = digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
        if (value > (std::uint64_t{INT64_MAX} - figure) / base) return text;
        value = value * base + figure;
    }
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

// 1:30:00 counts in sixties.
Json sexagesimal(const std::string &text, std::size_t start, bool negative, bool real) {
    double sum = 0;
    std::size_t at = start;
    while (at <= text.size()) {
        std::size_t end = text.find(':', at);
        if (end == std::string::npos) end = text.size();
        sum = sum * 60 + std::strtod(without(text.substr(at, end - at), '_').c_str(), nullptr);
        at = end + 1;
    }
    if (negative) sum = -sum;
    if (real) return sum;
    return static_cast<std::int64_t>(sum);
}

// :[0-5]?[0-9] any number of times, at least once; npos when it is something else.
std::size_t sixties(const std::string &text, std::size_t at) {
    std::size_t count = 0;
    while (at < text.size() && text[at] == ':') {
        std::size_t end = at + 1;
        while (end < text.size() && digit(text[end])) ++end;
        const std::size_t length = end - at - 1;
        if (length == 0 || length > 2 || (length == 2 && text[at + 1] > '5')) return std::string::npos;
        at = end;
        ++count;
    }
    return count ? at : std::string::npos;
}

bool resolve_integer(const std::string &text, Json &value) {
    std::size_t at = text[0] == '-' || text[0] == '+' ? 1 : 0;
    const bool negative = text[0] == '-';
    if (at == text.size() || !digit(text[at])) return false;
    const auto whole = [&](std::size_t from, const char *set) { return from < text.size() && digits(text, from, set) == text.size(); };
    const auto body = [&](std::size_t from) { return without(text.substr(from), '_'); };
    if (text.compare(at, 2, "0b") == 0 && whole(at + 2, "01_")) return value = integer(text, body(at + 2), 2, negative), true;
    if (text.compare(at, 2, "0x") == 0 && whole(at + 2, "0123456789abcdefABCDEF_"))
        return value = integer(text, body(at + 2), 16, negative), true;
    if (text[at] == '0' && text.size() == at + 1) return value = 0, true;
    if (text[at] == '0') return whole(at + 1, "01234567_") && (value = integer(text, body(at + 1), 8, negative), true);
    const std::size_t end = digits(text, at, "0123456789_");
    if (end == text.size()) return value = integer(text, body(at), 10, negative), true;
    if (sixties(text, end) != text.size()) return false;
    return value = sexagesimal(text, at, negative, false), true;
}

bool resolve_real(const std::string &text, Json &value) {
    const bool sign = text[0] == '-' || text[0] == '+', negative = text[0] == '-';
    const std::size_t at = sign ? 1 : 0;
    const std::string rest = text.substr(at);
    if (one_of(rest, {".inf", ".Inf", ".INF"})) return value = negative ? -INFINITY : INFINITY, true;
    if (!sign && one_of(rest, {".nan", ".NaN", ".NAN"})) return value = std::numeric_limits<double>::quiet_NaN(), true;
    std::size_t end = digits(text, at, "0123456789_");
    if (end > at && !digit(text[at])) return false;
    if (end > at && end < text.size() && text[end] == ':') {
        const std::size_t point = sixties(text, end);
        if (point == std::string::npos || point >= text.size() || text[point] != '.') return false;
        if (digits(text, point + 1, "0123456789_") != text.size()) return false;
        return value = sexagesimal(text, at, negative, true), true;
    }
    if (end == text.size() || text[end] != '.') return false;
    if (end == at && (sign || end + 1 == text.size() || !digit(text[end + 1]))) return false;
    end = digits(text, end + 1, "0123456789_");
    if (end < text.size()) {  // an exponent must carry its sign
        if ((text[end] | 0x20) != 'e' || end + 2 >= text.size() || (text[end + 1] != '-' && text[end + 1] != '+')) return false;
        if (digits(text, end + 2, "0123456789") != text.size()) return false;
    }
    return value = std::strtod(without(text, '_').c_str(), nullptr), true;
}

}  // namespace

Json yaml_scalar(const std::string &text) {
    if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return nullptr;
    if (one_of(text, {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
    if (one_of(text, {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) return false;
    if (!digit(text[0]) && std::string_view("+-.").find(text[0]) == std::string_view::npos) return text;
    Json value;
    if (resolve_integer(text, value) || resolve_real(text, value)) return value;
    return text;
}

}  // namespace mesh::core::project
