#include "core/jinja/text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

void append_repr(std::string &out, const Value &value);

void append_hex(std::string &out, char32_t c) {
    static constexpr char digits[] = "0123456789abcdef";
    const int width = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    out += width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
    for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) out += digits[c >> shift & 15];
}

void append_quoted_character(std::string &out, char32_t c, char quote) {
    if (c == '\\' || c == static_cast<unsigned char>(quote)) {
        out += '\\';
        out += static_cast<char>(c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
        out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (c < ' ' || c == 0x7F || (c > 0x7F && !is_printable(c))) {
        append_hex(out, c);
    } else {
        append(out, c);
    }
}

void append_items(std::string &out, const std::vector<Value> &items) {
    bool first = true;
    for (const Value &item : items) {
        if (!std::exchange(first, false)) out += ", ";
        append_repr(out, item);
        Guard::string_size(out.size());
    }
}

void append_dict(std::string &out, const Dict &dict, bool with_values) {
    bool first = true;
    for (std::size_t at = 0; auto *entry = dict.next(at); ++at) {
        if (!std::exchange(first, false)) out += ", ";
        append_repr(out, entry->key);
        if (!with_values) continue;
        out += ": ";
        append_repr(out, entry->value);
        Guard::string_size(out.size());
    }
}

// A container inside itself is written as Python does, with dots.
class Nesting {
public:
    explicit Nesting(const Value &value) : at_{&value, top_} { top_ = &at_; }
    ~Nesting() { top_ = at_.outer; }
    Nesting(const Nesting &) = delete;
    Nesting &operator=(const Nesting &) = delete;

    static bool has(const Value &value) {
        for (const Link *link = top_; link != nullptr; link = link->outer)
            if (link->value->same(value)) return true;
        return false;
    }

private:
    struct Link {
        const Value *value;
        const Link *outer;
    };
    Link at_;
    static thread_local constinit const Link *top_;
};

thread_local constinit const Nesting::Link *Nesting::top_ = nullptr;

void append_container(std::string &out, const Value &value) {
    Guard::step();
    const bool again = Nesting::has(value);
    Nesting nesting(value);
    if (value.is(Kind::list)) {
        out += '[';
        again ? void(out += "...") : append_items(out, value.list().items);
        out += ']';
    } else if (value.is(Kind::tuple)) {
        out += '(';
        again ? void(out += "...") : append_items(out, value.tuple().items);
        out += value.tuple().items.size() == 1 ? ",)" : ")";
    } else if (value.is(Kind::dict)) {
        out += '{';
        again ? void(out += "...") : append_dict(out, value.dict(), true);
        out += '}';
    } else {
        if (value.set().members.size() == 0) return void(out += "set()");
        out += '{';
        append_dict(out, value.set().members, false);
        out += '}';
    }
}

void append_repr(std::string &out, const Value &value) {
    if (value.is(Kind::object)) return void(out += value.object().repr());
    if (value.is_undefined()) return void(out += "Undefined");
    if (!value.is_string()) return append_text(out, value);
    if (value.str().marker == Marker::markup)
        out += "Markup(" + repr_text(value.text()) + ")";
    else
        out += repr_text(value.text());
}

}  // namespace

std::string float_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific).ptr;
    *end = 0;
    const std::string_view all(buffer, end - buffer);
    const std::size_t e = all.find('e');
    const int exponent = std::atoi(buffer + e + 1);
    std::string digits, sign = all[0] == '-' ? "-" : "";
    for (char c : all.substr(0, e))
        if (c >= '0' && c <= '9') digits += c;
    const int count = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= 16) {
        const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
        const std::string power = std::to_string(std::abs(exponent));
        return sign + digits[0] + fraction + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
    }
    if (exponent < 0) return sign + "0." + std::string(-exponent - 1, '0') + digits;
    if (count <= exponent + 1) return sign + digits + std::string(exponent + 1 - count, '0') + ".0";
    return sign + digits.substr(0, exponent + 1) + "." + digits.substr(exponent + 1);
}

std::string repr_text(std::string_view text) {
    const bool single = text.find('\'') != text.npos, twice = text.find('"') != text.npos;
    const char quote = single && !twice ? '"' : '\'';
    std::string out(1, quote);
    for (std::size_t at = 0; at < text.size();) append_quoted_character(out, decode(text, at), quote);
    return out + quote;
}

void append_text(std::string &out, const Value &value) {
    switch (value.kind()) {
        case Kind::none: out += "None"; return;
        case Kind::boolean: out += value.boolean() ? "True" : "False"; return;
        case Kind::integer: out += std::to_string(value.integer()); return;
        case Kind::real: out += float_text(value.real()); return;
        case Kind::string: out += value.text(); return;
        case Kind::object: out += value.object().str(); return;
        case Kind::missing:
        case Kind::undefined: return;
        default: append_container(out, value);
    }
}

std::string to_text(const Value &value) {
    if (value.is_string()) return value.text();
    std::string out;
    append_text(out, value);
    return out;
}

std::string repr(const Value &value) {
    std::string out;
    append_repr(out, value);
    return out;
}

namespace {

// Digits of other scripts as ASCII ones.
std::string ascii_digits(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decode(text, at);
        if (const int digit = digit_value(c); digit >= 0)
            out += static_cast<char>('0' + digit);
        else
            append(out, c);
    }
    return out;
}

// Without the underscores between digits; nullopt when one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            out += text[i];
            continue;
        }
        const bool between = i > 0 && i + 1 < text.size() && std::isalnum(static_cast<unsigned char>(text[i - 1])) &&
                             std::isalnum(static_cast<unsigned char>(text[i + 1]));
        if (!between) return std::nullopt;
    }
    return out;
}

int prefix_base(std::string_view digits) {
    if (digits.size() < 2 || digits[0] != '0') return 10;
    switch (digits[1] | 0x20) {
        case 'x': return 16;
        case 'o': return 8;
        case 'b': return 2;
        default: return 10;
    }
}

}  // namespace

std::optional<std::int64_t> parse_int(std::string_view written, int base) {
    const std::string ascii = ascii_digits(strip_right(strip_left(written)));
    std::string_view text = ascii;
    const bool negative = !text.empty() && text[0] == '-';
    if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
    const int named = prefix_base(text);
    if (named != 10 && (base == 0 || base == named)) {
        text.remove_prefix(text.size() > 2 && text[2] == '_' ? 3 : 2);
        base = named;
    } else if (base == 0) {
        if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0_") != text.npos) return std::nullopt;
        base = 10;
    }
    const auto digits = without_underscores(text);
    if (!digits || digits->empty() || !std::isalnum(static_cast<unsigned char>(digits->front()))) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(digits->data(), digits->data() + digits->size(), value, base);
    if (end != digits->data() + digits->size()) return std::nullopt;
    if (problem == std::errc::result_out_of_range || value > (std::uint64_t(1) << 63) - (negative ? 0 : 1))
        raise(ErrorClass::overflow, "integer too large for 64 bits");
    return static_cast<std::int64_t>(negative ? 0 - value : value);
}

std::optional<double> parse_float(std::string_view text) {
    const auto plain = without_underscores(ascii_digits(strip_right(strip_left(text))));
    if (!plain || plain->empty()) return std::nullopt;
    std::string lower = to_lower(*plain);
    std::string_view body = lower;
    if (body[0] == '+' || body[0] == '-') body.remove_prefix(1);
    const bool named = body == "inf" || body == "infinity" || body == "nan";
    if (!named && (body.empty() || body.find_first_not_of("0123456789.e+-") != body.npos)) return std::nullopt;
    char *end = nullptr;
    const double value = std::strtod(lower.c_str(), &end);
    if (end != lower.c_str() + lower.size()) return std::nullopt;
    return value;
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '\'': out += "&#39;"; break;
            case '"': out += "&#34;"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace mesh::core::jinja
