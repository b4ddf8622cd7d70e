#include "core/jinja/native.h"

#include "core/jinja/guard.h"
#include "core/jinja/lexer.h"
#include "core/jinja/object.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

// Raised and caught here only: the text is no literal.
struct NotLiteral {};

class LiteralParser {
public:
    explicit LiteralParser(std::string_view text) : text_(text) {}

    Value run() {
        Value value = items_or_value();
        skip_space(true);
        if (at_ < text_.size()) throw NotLiteral();
        return value;
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    // Line ends are white space within brackets and at the end.
    void skip_space(bool lines) {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#' && (lines || depth_ > 0)) {
                while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            } else if (c == ' ' || c == '\t' || c == '\f' || ((lines || depth_ > 0) && (c == '\n' || c == '\r'))) {
                ++at_;
            } else {
                return;
            }
        }
    }

    bool take(char c) {
        skip_space(false);
        if (peek() != c) return false;
        ++at_;
        return true;
    }

    // At the top, commas make a tuple without parentheses.
    Value items_or_value() {
        Value first = value();
        if (!take(',')) return first;
        std::vector<Value> items{std::move(first)};
        for (skip_space(true); at_ < text_.size(); skip_space(true)) {
            items.push_back(value());
            if (!take(',')) break;
        }
        return Value::tuple(std::move(items));
    }

    Value value() {
        Guard::stack();
        skip_space(false);
        const char c = peek();
        if (c == '(' || c == '[' || c == '{') return container(c);
        if (c == '+' || c == '-') return signed_number();
        if (c == '"' || c == '\'' || is_string_prefix()) return strings();
        if ((c >= '0' && c <= '9') || c == '.') return number();
        return word();
    }

    Value word() {
        const std::size_t start = at_;
        while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') ++at_;
        const std::string_view name = text_.substr(start, at_ - start);
        if (name == "True") return Value(true);
        if (name == "False") return Value(false);
        if (name == "None") return Value();
        if (name != "set" || !take('(') || !take(')')) throw NotLiteral();
        return Value(make<Set>());
    }

    Value signed_number() {
        const bool negative = text_[at_++] == '-';
        Value number = value();
        if (!number.is_number() || number.is(Kind::boolean)) throw NotLiteral();
        return negative ? negate(number) : number;
    }

    Value number() {
        const std::size_t start = at_;
        while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_' || peek() == '.' ||
               ((peek() == '+' || peek() == '-') && (text_[at_ - 1] | 0x20) == 'e' && text_.substr(start, 2) != "0x"))
            ++at_;
        const std::string_view digits = text_.substr(start, at_ - start);
        const bool based = digits.size() > 1 && digits[0] == '0' &&
                           std::isalpha(static_cast<unsigned char>(digits[1])) && (digits[1] | 0x20) != 'e';
        if (based || digits.find_first_not_of("0123456789_") == digits.npos) {
            if (auto whole = parse_int(digits, 0)) return Value(*whole);
        } else if (auto real = parse_float(digits)) {
            return Value(*real);
        }
        throw NotLiteral();
    }

    bool is_string_prefix() const {
        const int c = peek() | 0x20;
        return (c == 'r' || c == 'u') && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'');
    }

    Value strings() {
        std::string all;
        while (peek() == '"' || peek() == '\'' || is_string_prefix()) {
            all += one_string();
            skip_space(false);
        }
        return Value(std::move(all));
    }

    std::string one_string() {
        const bool raw = (peek() | 0x20) == 'r';
        if (peek() != '"' && peek() != '\'') ++at_;
        const char quote = peek();
        const std::string triple(3, quote);
        const bool is_triple = text_.substr(at_, 3) == triple;
        const std::size_t start = at_ += is_triple ? 3 : 1;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\')
                ++at_;
            else if (!is_triple && text_[at_] == '\n')
                throw NotLiteral();
            else if (is_triple ? text_.substr(at_, 3) == triple : text_[at_] == quote)
                break;
        }
        if (at_ >= text_.size()) throw NotLiteral();
        const std::string_view body = text_.substr(start, at_ - start);
        at_ += is_triple ? 3 : 1;
        return raw ? std::string(body) : plain(body);
    }

    // A backslash before a character that is not ASCII stays, unlike in templates.
    static std::string plain(std::string_view body) {
        std::string quoted = "'";
        for (std::size_t i = 0; i < body.size(); ++i) {
            quoted += body[i];
            if (body[i] == '\\' && i + 1 < body.size()) {
                if (static_cast<unsigned char>(body[i + 1]) >= 0x80) quoted += '\\';
                quoted += body[++i];
            }
        }
        return unescape(quoted + "'");
    }

    Value container(char open) {
        ++at_;
        ++depth_;
        Value result = open == '{' ? braces() : sequence(open == '(' ? ')' : ']');
        --depth_;
        return result;
    }

    Value sequence(char close) {
        std::vector<Value> items;
        bool comma = false;
        while (!take(close)) {
            if (!items.empty() && !comma) throw NotLiteral();
            items.push_back(value());
            comma = take(',');
        }
        if (close == ']') return Value(std::move(items));
        return items.size() == 1 && !comma ? items.front() : Value::tuple(std::move(items));
    }

    Value braces() {
        if (take('}')) return Value(make<Dict>());
        Value first = value();
        const bool is_dict = take(':');
        auto dict = make<Dict>();
        auto set = make<Set>();
        for (;;) {
            is_dict ? dict->set(first, value()) : set->add(first);
            const bool comma = take(',');
            if (take('}')) return is_dict ? Value(dict) : Value(set);
            if (!comma) throw NotLiteral();
            first = value();
            if (is_dict && !take(':')) throw NotLiteral();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
};

Value convert(const Str &marked) {
    Value value(marked.text);
    if (auto literal = parse_literal(marked.text)) value = std::move(*literal);
    const bool number = value.is(Kind::integer) || value.is(Kind::real);
    if (marked.marker == Marker::boolean && !value.is(Kind::boolean))
        raise(ErrorClass::rendering, "Could not convert value '" + marked.text + "' into type 'bool'");
    if (marked.marker == Marker::number && !number)
        raise(ErrorClass::rendering, "Could not convert value '" + marked.text + "' into type 'number'");
    return value;
}

}  // namespace

std::optional<Value> parse_literal(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == text.npos) return std::nullopt;
    try {
        return LiteralParser(text.substr(start)).run();
    } catch (const NotLiteral &) {
        return std::nullopt;
    } catch (const TemplateError &) {
        return std::nullopt;
    }
}

Value lone_native(const Value &piece) {
    if (!piece.is_string()) return piece;
    switch (piece.str().marker) {
        case Marker::native:
        case Marker::boolean:
        case Marker::number: return convert(piece.str());
        default: return Value(piece.text());
    }
}

}  // namespace mesh::core::jinja
