#include "core/jinja/format.h"

#include <cmath>

#include "core/jinja/format_spec.h"
#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

// Non-ASCII characters as escapes, as ascii() writes them.
std::string ascii_repr(const Value &value) {
    const std::string text = repr(value);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decode(text, at);
        char buffer[16];
        if (c < 0x80)
            out += static_cast<char>(c);
        else
            out.append(buffer, std::snprintf(buffer, sizeof buffer,
                                             c < 0x100     ? "\\x%02x"
                                             : c < 0x10000 ? "\\u%04x"
                                                           : "\\U%08x",
                                             static_cast<unsigned>(c)));
    }
    return out;
}

// Reads one "%..." after another and takes the values as it goes.
class PercentFormatter {
public:
    PercentFormatter(std::string_view format, const Value &argument) : format_(format), argument_(argument) {
        single_ = !argument.is(Kind::tuple);
        mapping_ = argument.is(Kind::dict) || argument.is(Kind::list) || argument.is_undefined() ||
                   (argument.is(Kind::object) && argument.object().has_items());
    }

    std::string run() {
        while (at_ < format_.size()) {
            const std::size_t percent = std::min(format_.find('%', at_), format_.size());
            out_ += format_.substr(at_, percent - at_);
            at_ = percent + 1;
            if (percent < format_.size()) replace();
            Guard::string_size(out_.size());
        }
        const bool all_taken = single_ ? taken_ > 0 : taken_ == argument_.tuple().items.size();
        if (!all_taken && !mapping_) raise_type("not all arguments converted during string formatting");
        return std::move(out_);
    }

private:
    char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

    Value take() {
        if (single_ ? taken_ > 0 : taken_ >= argument_.tuple().items.size())
            raise_type("not enough arguments for format string");
        return single_ ? (++taken_, argument_) : argument_.tuple().items[taken_++];
    }

    Value take_named() {
        std::size_t depth = 1, start = ++at_;
        for (; at_ < format_.size() && depth > 0; ++at_)
            depth += format_[at_] == '(' ? 1 : format_[at_] == ')' ? -1 : 0;
        if (depth > 0) raise_value("incomplete format key");
        if (!mapping_) raise_type("format requires a mapping");
        const Value key(format_.substr(start, at_ - 1 - start));
        if (argument_.is(Kind::list)) raise_type("list indices must be integers or slices, not str");
        if (auto value = subscript(argument_, key)) return *value;
        raise(ErrorClass::key, repr(key));
    }

    std::int64_t number_or_star() {
        if (peek() == '*') {
            ++at_;
            const Value value = take();
            if (!value.is_integral()) raise_type("* wants int");
            constexpr std::int64_t most = 1'000'000'000;
            if (value.integer() > most || value.integer() < -most) raise(ErrorClass::overflow, "width too big");
            return value.integer();
        }
        std::int64_t number = 0;
        for (; peek() >= '0' && peek() <= '9'; ++at_) {
            number = number * 10 + (peek() - '0');
            if (number > 1'000'000'000) raise_value("width too big");
        }
        return number;
    }

    void read_flags(FormatSpec &spec) {
        spec.align = '>';
        bool left = false;
        for (;; ++at_) {
            switch (peek()) {
                case '-': left = true; continue;
                case '+': spec.sign = '+'; continue;
                case ' ': spec.sign = spec.sign == '+' ? '+' : ' '; continue;
                case '#': spec.alternate = true; continue;
                case '0': spec.zero = true; continue;
                default: break;
            }
            break;
        }
        spec.width = number_or_star();
        if (spec.width < 0) {
            left = true;
            spec.width = -spec.width;
        }
        if (left) spec.align = '<';
    }

    void replace() {
        FormatSpec spec;
        std::optional<Value> named;
        if (peek() == '(') named = take_named();
        read_flags(spec);
        if (peek() == '.') {
            ++at_;
            spec.precision = std::max<std::int64_t>(number_or_star(), 0);
        }
        while (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
        if (at_ >= format_.size()) raise_value("incomplete format");
        const std::size_t place = at_;
        const char32_t c = decode(format_, at_);
        if (c == '%') return void(out_ += '%');
        if (c >= 0x80 || std::string_view("srdiuoxXeEfFgGac").find(static_cast<char>(c)) == std::string_view::npos)
            unsupported(c, place);
        spec.type = static_cast<char>(c);
        out_ += convert(named ? *named : take(), spec);
    }

    [[noreturn]] void unsupported(char32_t c, std::size_t place) {
        char text[80];
        std::string shown;
        append(shown, c);
        std::snprintf(text, sizeof text, "' (0x%x) at index ", static_cast<unsigned>(c));
        raise_value("unsupported format character '" + shown + text +
                    std::to_string(count_characters(format_.substr(0, place))));
    }

    static std::string cut(std::string text, FormatSpec &spec) {
        if (spec.precision >= 0) text.resize(byte_offset(text, spec.precision));
        return pad(std::move(text), spec, '>');
    }

    static std::string convert(const Value &value, FormatSpec &spec) {
        switch (spec.type) {
            case 's': return cut(to_text(value), spec);
            case 'r': return cut(repr(value), spec);
            case 'a': return cut(ascii_repr(value), spec);
            case 'c': return character(value, spec);
            case 'd':
            case 'i':
            case 'u':
            case 'o':
            case 'x':
            case 'X': return whole(value, spec);
            default: return real(value, spec);
        }
    }

    static std::string character(const Value &value, FormatSpec &spec) {
        if (value.is_string() && value.str().length() == 1) return pad(value.text(), spec, '>');
        if (!value.is_integral()) raise_type("%c requires int or char");
        spec.precision = -1;
        return format_integer(value.integer(), spec);
    }

    static void fill_with_zeros(FormatSpec &spec) {
        if (!spec.zero || spec.align == '<') return;
        spec.align = '=';
        spec.fill = "0";
    }

    static std::string whole(const Value &value, FormatSpec &spec) {
        const bool decimal = spec.type == 'd' || spec.type == 'i' || spec.type == 'u';
        if (value.is_undefined() && decimal) value.undefined().fail();
        if (!value.is_integral() && !(decimal && value.is(Kind::real)))
            raise_type(std::string("%") + spec.type + " format: " + (decimal ? "a real number" : "an integer") +
                       " is required, not " + type_name(value));
        const std::int64_t number = value.is(Kind::real) ? truncate(value.real()) : value.integer();
        const std::int64_t digits = std::exchange(spec.precision, -1);
        if (decimal) spec.type = 'd';
        fill_with_zeros(spec);
        if (digits < 0) return format_integer(number, spec);
        return with_precision(number, digits, spec);
    }

    // "%.5d": leading zeros up to so many digits, whatever the width.
    static std::string with_precision(std::int64_t number, std::int64_t digits, const FormatSpec &spec) {
        Guard::string_size(static_cast<std::size_t>(digits));
        FormatSpec plain = spec;
        plain.width = digits + (number < 0 || spec.sign != '-' ? 1 : 0) + (spec.alternate && spec.type != 'd' ? 2 : 0);
        plain.align = '=';
        plain.fill = "0";
        return spec.align == '=' && spec.width > plain.width ? format_integer(number, spec)
                                                             : pad(format_integer(number, plain), spec, '>');
    }

    static std::int64_t truncate(double value) {
        if (std::isnan(value)) raise_value("cannot convert float NaN to integer");
        if (std::isinf(value)) raise(ErrorClass::overflow, "cannot convert float infinity to integer");
        if (std::fabs(value) >= 9.2e18) raise(ErrorClass::overflow, "integer too large for 64 bits");
        return static_cast<std::int64_t>(value);
    }

    static std::string real(const Value &value, FormatSpec &spec) {
        std::optional<double> number;
        if (value.is_number()) number = value.number();
        if (value.is_undefined()) value.undefined().fail();
        if (!number) raise_type("must be real number, not " + type_name(value));
        fill_with_zeros(spec);
        return format_real(*number, spec);
    }

    std::string_view format_;
    const Value &argument_;
    bool single_, mapping_;
    std::size_t at_ = 0, taken_ = 0;
    std::string out_;
};

}  // namespace

std::string format_percent(std::string_view format, const Value &argument) {
    return PercentFormatter(format, argument).run();
}

namespace {

class BraceFormatter {
public:
    BraceFormatter(Arguments &arguments, const FieldLookup &lookup) : arguments_(arguments), lookup_(lookup) {}

    std::string run(std::string_view format, int depth) {
        if (depth < 0) raise_value("Max string recursion exceeded");
        std::string out;
        for (std::size_t at = 0; at < format.size(); Guard::string_size(out.size())) {
            const char c = format[at];
            if (c != '{' && c != '}') {
                const std::size_t end = std::min(format.find_first_of("{}", at), format.size());
                out += format.substr(at, end - at);
                at = end;
            } else if (at + 1 < format.size() && format[at + 1] == c) {
                out += c;
                at += 2;
            } else if (c == '}' || at + 1 == format.size()) {
                raise_value(std::string("Single '") + c + "' encountered in format string");
            } else {
                out += field(take_field(format, at), depth);
            }
        }
        return out;
    }

private:
    // The text between the braces; moves past the closing one.
    static std::string_view take_field(std::string_view format, std::size_t &at) {
        const std::size_t start = ++at;
        bool in_brackets = false;
        for (int depth = 1; at < format.size(); ++at) {
            if (format[at] == '[' && depth == 1) in_brackets = true;
            if (format[at] == ']') in_brackets = false;
            if (in_brackets) continue;
            depth += format[at] == '{' ? 1 : format[at] == '}' ? -1 : 0;
            if (depth == 0) return format.substr(start, at++ - start);
        }
        raise_value("expected '}' before end of string");
    }

    std::string field(std::string_view text, int depth) {
        std::size_t end = 0;
        bool in_brackets = false;
        for (; end < text.size(); ++end) {
            if (text[end] == '[') in_brackets = true;
            if (text[end] == ']') in_brackets = false;
            if (text[end] == '{' && !in_brackets) raise_value("unexpected '{' in field name");
            if (!in_brackets && (text[end] == '!' || text[end] == ':')) break;
        }
        Value value = look_up(text.substr(0, end));
        std::string_view rest = text.substr(end);
        if (!rest.empty() && rest[0] == '!') value = convert(value, rest);
        const std::string spec = rest.empty() ? "" : run(rest.substr(1), depth - 1);
        return format_spec(value, spec);
    }

    static Value convert(const Value &value, std::string_view &rest) {
        if (rest.size() < 2) raise_value("end of string while looking for conversion specifier");
        const char conversion = rest[1];
        rest.remove_prefix(2);
        if (!rest.empty() && rest[0] != ':') raise_value("expected ':' after conversion specifier");
        switch (conversion) {
            case 's': return Value(to_text(value));
            case 'r': return Value(repr(value));
            case 'a': return Value(ascii_repr(value));
            default: raise_value(std::string("Unknown conversion specifier ") + conversion);
        }
    }

    // An unsigned number, nullopt when the text is none.
    static std::optional<std::int64_t> as_index(std::string_view text) {
        if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
        return parse_int(text);
    }

    Value look_up(std::string_view name) {
        const std::size_t end = std::min(name.find_first_of(".["), name.size());
        Value value = first(name.substr(0, end), name.empty(), end == name.size());
        for (std::size_t at = end; at < name.size();) {
            if (name[at] == '.') {
                const std::size_t stop = std::min(name.find_first_of(".[", at + 1), name.size());
                if (stop == at + 1) raise_value("Empty attribute in format string");
                value = lookup_(value, Value(name.substr(at + 1, stop - at - 1)), true);
                at = stop;
            } else if (name[at] == '[') {
                const std::size_t stop = name.find(']', at);
                if (stop == name.npos) raise_value("Missing ']' in format string");
                if (stop == at + 1) raise_value("Empty attribute in format string");
                const std::string_view key = name.substr(at + 1, stop - at - 1);
                const auto index = as_index(key);
                value = lookup_(value, index ? Value(*index) : Value(key), false);
                at = stop + 1;
            } else {
                raise_value("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }

    // The next positional argument for an empty field, one by its number, or one by name.
    Value first(std::string_view name, bool automatic, bool whole) {
        std::optional<std::int64_t> index = as_index(name);
        if (automatic) {
            if (manual_) raise_value("cannot switch from manual field specification to automatic field numbering");
            index = next_++;
        } else if (index && whole) {
            if (next_ > 0) raise_value("cannot switch from automatic field numbering to manual field specification");
            manual_ = true;
        }
        if (!index) return named(name);
        if (*index >= static_cast<std::int64_t>(arguments_.positional.size()))
            raise(ErrorClass::index,
                  "Replacement index " + std::to_string(*index) + " out of range for positional args tuple");
        return arguments_.positional[*index];
    }

    Value named(std::string_view name) const {
        for (const auto &[key, value] : arguments_.named)
            if (key == name) return value;
        raise(ErrorClass::key, repr_text(name));
    }

    Arguments &arguments_;
    const FieldLookup &lookup_;
    bool manual_ = false;
    std::int64_t next_ = 0;
};

}  // namespace

std::string format_braces(std::string_view format, Arguments &arguments, const FieldLookup &lookup) {
    return BraceFormatter(arguments, lookup).run(format, 2);
}

}  // namespace mesh::core::jinja
