#include "core/jinja/format_spec.h"

#include <algorithm>
#include <cmath>

#include "core/jinja/format.h"
#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

bool is_align(char32_t c) {
    return c == '<' || c == '>' || c == '^' || c == '=';
}

// Digits at the place, -1 when there are none.
std::int64_t take_number(std::string_view text, std::size_t &at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return -1;
    std::int64_t number = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        number = number * 10 + (text[at] - '0');
        if (number > 1'000'000'000) raise_value("Too many decimal digits in format string");
    }
    return number;
}

void take_alignment(std::string_view text, std::size_t &at, FormatSpec &spec) {
    if (text.empty()) return;
    std::size_t next = 0;
    decode(text, next);
    if (next < text.size() && is_align(text[next])) {
        spec.fill = text.substr(0, next);
        spec.align = text[next];
        at = next + 1;
    } else if (is_align(text[0])) {
        spec.align = text[0];
        at = 1;
    }
}

// How many of the characters "+-", "#" or "0" stand at the place: none or one.
bool take(std::string_view text, std::size_t &at, char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
}

// Separators every so many digits of the whole part, and leading zeros up to the width if asked.
std::string group(std::string whole, char separator, std::size_t every, std::size_t width) {
    if (separator == 0) return whole.size() < width ? std::string(width - whole.size(), '0') + whole : whole;
    std::string out;
    std::size_t count = 0;
    for (std::size_t i = whole.size(); i > 0 || out.size() < width;) {
        if (count != 0 && count % every == 0) out += separator;
        out += i > 0 ? whole[--i] : '0';
        ++count;
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::string sign_text(bool negative, const FormatSpec &spec) {
    if (negative) return "-";
    return spec.sign == '-' ? "" : std::string(1, spec.sign);
}

// Sign and prefix, the whole part grouped, and the rest, padded.
std::string lay_out(const std::string &prefix, const std::string &whole, const std::string &rest,
                    const FormatSpec &spec, std::size_t every = 3) {
    const bool zeros = spec.align == '=' && spec.fill == "0";
    const std::size_t used = prefix.size() + rest.size(),
                      width = static_cast<std::size_t>(std::max<std::int64_t>(spec.width, 0));
    std::string body = group(whole, spec.grouping, every, zeros && width > used ? width - used : 0);
    if (spec.align != '=') return pad(prefix + body + rest, spec, '>');
    std::string middle;
    for (std::size_t n = used + body.size(); n < width; ++n) middle += spec.fill;
    return prefix + middle + body + rest;
}

std::string printed(const char *format, std::int64_t precision, double value) {
    char small[64];
    Guard::string_size(static_cast<std::size_t>(precision));
    const int digits = static_cast<int>(precision);
    const int size = std::snprintf(small, sizeof small, format, digits, value);
    if (size < static_cast<int>(sizeof small)) return small;
    std::string large(static_cast<std::size_t>(size) + 1, 0);
    std::snprintf(large.data(), large.size(), format, digits, value);
    large.pop_back();
    return large;
}

// Like %g, but with a digit after the point, and scientific one digit earlier: format(x, ".3").
std::string general_with_point(double value, std::int64_t precision) {
    precision = std::max<std::int64_t>(precision, 1);
    const std::string scientific = printed("%.*e", precision - 1, value);
    const std::size_t e = scientific.find('e');
    const int exponent = std::atoi(scientific.c_str() + e + 1);
    if (exponent >= -4 && exponent < precision - 1) {
        const std::string text = printed("%.*g", precision, value);
        return text.find('.') == text.npos ? text + ".0" : text;
    }
    if (exponent < 0 && exponent >= -4) return printed("%.*g", precision, value);
    std::string mantissa = scientific.substr(0, e);
    if (mantissa.find('.') != mantissa.npos) {
        mantissa.erase(mantissa.find_last_not_of('0') + 1);
        if (mantissa.back() == '.') mantissa.pop_back();
    }
    return mantissa + scientific.substr(e);
}

std::string real_digits(double value, const FormatSpec &spec) {
    const std::int64_t precision = spec.precision < 0 ? 6 : spec.precision;
    switch (spec.type) {
        case 'e': return printed(spec.alternate ? "%#.*e" : "%.*e", precision, value);
        case 'E': return printed(spec.alternate ? "%#.*E" : "%.*E", precision, value);
        case 'f': return printed(spec.alternate ? "%#.*f" : "%.*f", precision, value);
        case 'F': return printed(spec.alternate ? "%#.*F" : "%.*F", precision, value);
        case 'n':
        case 'g': return printed(spec.alternate ? "%#.*g" : "%.*g", precision, value);
        case 'G': return printed(spec.alternate ? "%#.*G" : "%.*G", precision, value);
        case '%': return printed("%.*f", precision, value * 100) + "%";
        default: return spec.precision < 0 ? float_text(value) : general_with_point(value, spec.precision);
    }
}

}  // namespace

FormatSpec parse_format_spec(std::string_view text) {
    FormatSpec spec;
    std::size_t at = 0;
    take_alignment(text, at, spec);
    const bool fill_given = at > 1;
    if (at < text.size() && (text[at] == '+' || text[at] == '-' || text[at] == ' ')) spec.sign = text[at++];
    spec.alternate = take(text, at, '#');
    if (!fill_given && take(text, at, '0')) {
        spec.fill = "0";
        spec.zero = true;
        if (spec.align == 0) spec.align = '=';
    }
    spec.width = std::max<std::int64_t>(take_number(text, at), 0);
    for (char c : {',', '_'})
        if (take(text, at, c)) spec.grouping = c;
    if (take(text, at, '.')) {
        spec.precision = take_number(text, at);
        if (spec.precision < 0) raise_value("Format specifier missing precision");
    }
    if (at + 1 < text.size()) raise_value("Invalid format specifier");
    if (at < text.size()) spec.type = text[at];
    return spec;
}

std::string pad(std::string text, const FormatSpec &spec, char default_align) {
    const auto length = static_cast<std::int64_t>(count_characters(text));
    if (spec.width <= length) return text;
    const auto missing = static_cast<std::size_t>(spec.width - length);
    Guard::string_size(missing * spec.fill.size());
    const char align = spec.align == 0 ? default_align : spec.align;
    const std::size_t before = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
    std::string out;
    for (std::size_t i = 0; i < before; ++i) out += spec.fill;
    out += text;
    for (std::size_t i = before; i < missing; ++i) out += spec.fill;
    return out;
}

std::string digits_of(std::uint64_t value, unsigned base) {
    std::string out;
    do {
        out += "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

std::string format_integer(std::int64_t value, const FormatSpec &spec) {
    if (spec.precision >= 0) raise_value("Precision not allowed in integer format specifier");
    if (spec.type == 'c') {
        if (value < 0 || value > 0x10FFFF) raise(ErrorClass::overflow, "%c arg not in range(0x110000)");
        std::string text;
        append(text, static_cast<char32_t>(value));
        return pad(text, spec, '<');
    }
    Guard::string_size(static_cast<std::size_t>(spec.width));
    const unsigned base = spec.type == 'b' ? 2 : spec.type == 'o' ? 8 : (spec.type | 0x20) == 'x' ? 16 : 10;
    if (base != 10 && spec.grouping == ',') raise_value(std::string("Cannot specify ',' with '") + spec.type + "'.");
    std::string digits =
        digits_of(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), base);
    std::string prefix = sign_text(value < 0, spec);
    if (spec.alternate && base != 10) prefix += std::string("0") + spec.type;
    if (spec.type == 'X') digits = to_upper(digits);
    return lay_out(prefix, digits, "", spec, base == 10 ? 3 : 4);
}

std::string format_real(double value, const FormatSpec &spec) {
    Guard::string_size(static_cast<std::size_t>(std::max<std::int64_t>(spec.width, 0)));
    const bool negative = std::signbit(value) && !std::isnan(value);
    if (!std::isfinite(value)) {
        std::string name = std::isnan(value) ? "nan" : "inf";
        if (spec.type == 'F' || spec.type == 'E' || spec.type == 'G') name = to_upper(name);
        return lay_out(sign_text(negative, spec), name, spec.type == '%' ? "%" : "", spec);
    }
    const std::string digits = real_digits(std::fabs(value), spec);
    const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    return lay_out(sign_text(negative, spec), digits.substr(0, whole), digits.substr(whole), spec);
}

std::string format_spec(const Value &value, std::string_view spec_text) {
    if (value.is(Kind::object)) return value.object().format(spec_text);
    if (spec_text.empty()) return to_text(value);
    auto unknown = [&](const FormatSpec &spec) {
        raise_value(std::string("Unknown format code '") + spec.type + "' for object of type '" + type_name(value) +
                    "'");
    };
    if (value.is_string()) {
        FormatSpec spec = parse_format_spec(spec_text);
        if (spec.type != 0 && spec.type != 's') unknown(spec);
        if (spec.align == '=' && !spec.zero) raise_value("'=' alignment not allowed in string format specifier");
        if (spec.align == '=') spec.align = '<';
        if (spec.sign != '-' || spec_text.find('-') == 0) raise_value("Sign not allowed in string format specifier");
        if (spec.alternate) raise_value("Alternate form (#) not allowed in string format specifier");
        if (spec.grouping != 0) raise_value(std::string("Cannot specify '") + spec.grouping + "' with 's'.");
        const std::string &all = value.text();
        return pad(spec.precision < 0 ? all : all.substr(0, byte_offset(all, spec.precision)), spec, '<');
    }
    if (!value.is_number()) raise_type("unsupported format string passed to " + type_name(value) + ".__format__");
    const FormatSpec spec = parse_format_spec(spec_text);
    const bool real_type = spec.type != 0 && std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos;
    if (value.is(Kind::real)) {
        if (!real_type && spec.type != 0 && spec.type != 'n') unknown(spec);
        return format_real(value.real(), spec);
    }
    if (real_type) return format_real(value.number(), spec);
    if (spec.type != 0 && std::string_view("bcdnoxX").find(spec.type) == std::string_view::npos) unknown(spec);
    return format_integer(value.integer(), spec);
}

}  // namespace mesh::core::jinja
