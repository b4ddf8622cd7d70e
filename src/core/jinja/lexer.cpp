#include "core/jinja/lexer.h"

#include <algorithm>
#include <cctype>

#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

constexpr std::string_view symbols[] = {"+",  "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">",
                                        ">=", "=", ".", ":", "|",  ",", ";",  "(", ")",  "[",  "]", "{",  "}"};

TokenKind symbol_kind(std::size_t index) {
    return static_cast<TokenKind>(static_cast<std::size_t>(TokenKind::add) + index);
}

bool is_digit_char(char c) {
    return c >= '0' && c <= '9';
}

class Lexer {
public:
    Lexer(const std::string &source, unsigned first_line) : source_(source), line_(first_line) {}

    TokenList run() {
        tokens_.reserve(source_.size() / 6 + 8);
        while (!failed() && at_ < source_.size()) text();
        if (!failed()) end();
        return {std::move(tokens_), std::move(problem_)};
    }

private:
    std::string_view rest() const { return std::string_view(source_).substr(at_); }
    bool ahead(std::string_view what) const { return rest().starts_with(what); }

    // Positions are asked for in ascending order, so lines are counted once.
    Position position(std::size_t offset) {
        for (; counted_ < offset; ++counted_) {
            if (source_[counted_] != '\n') continue;
            ++line_;
            line_start_ = counted_ + 1;
        }
        const std::size_t start = offset >= line_start_ ? line_start_ : 0;
        return {line_, static_cast<unsigned>(offset - start + 1)};
    }

    void emit(TokenKind kind, std::size_t from, std::size_t to) {
        tokens_.push_back({kind, std::string_view(source_).substr(from, to - from), static_cast<std::uint32_t>(from),
                           position(from)});
    }

    // The end stands where the last token does: that is the line Jinja2 names.
    void end() {
        const Position last = tokens_.empty() ? Position{line_, 1} : tokens_.back().position;
        tokens_.push_back({TokenKind::end, "", static_cast<std::uint32_t>(at_), last});
    }

    void fail(std::string message, std::size_t offset) {
        problem_ = std::move(message);
        emit(TokenKind::bad, offset, offset);
    }
    bool failed() const { return !problem_.empty(); }

    void skip_space() { at_ = source_.size() - strip_left(rest()).size(); }

    std::size_t find_tag(std::size_t from) const {
        for (std::size_t at = source_.find('{', from); at != std::string::npos; at = source_.find('{', at + 1))
            if (at + 1 < source_.size() && (source_[at + 1] == '{' || source_[at + 1] == '%' || source_[at + 1] == '#'))
                return at;
        return std::string::npos;
    }

    void data(std::size_t from, std::size_t to, bool strip) {
        std::string_view text = std::string_view(source_).substr(from, to - from);
        if (strip) text = strip_right(text);
        if (!text.empty()) emit(TokenKind::data, from, from + text.size());
    }

    // Text up to the next tag, and that tag.
    void text() {
        const std::size_t tag = find_tag(at_);
        if (tag == std::string::npos) {
            data(at_, source_.size(), false);
            at_ = source_.size();
            return;
        }
        const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
        data(at_, tag, sign == '-');
        at_ = tag + 2 + (sign == '-' || sign == '+' ? 1 : 0);
        if (source_[tag + 1] == '#') return comment(tag);
        if (source_[tag + 1] == '%' && raw(tag)) return;
        const bool block = source_[tag + 1] == '%';
        emit(block ? TokenKind::block_begin : TokenKind::variable_begin, tag, at_);
        inside(block);
    }

    void comment(std::size_t tag) {
        const std::size_t end = source_.find("#}", at_);
        if (end == std::string::npos) return fail("Missing end of comment tag", tag);
        const bool strip = end > at_ && source_[end - 1] == '-';
        at_ = end + 2;
        if (strip) skip_space();
    }

    // Whether the tag is {% raw %}; takes everything up to {% endraw %} then.
    bool raw(std::size_t tag) {
        const std::size_t start = at_;
        skip_space();
        if (!ahead("raw")) return at_ = start, false;
        at_ += 3;
        skip_space();
        const bool strip = ahead("-%}");
        if (!strip && !ahead("%}")) return at_ = start, false;
        at_ += strip ? 3 : 2;
        if (strip) skip_space();
        raw_body(tag);
        return true;
    }

    void raw_body(std::size_t tag) {
        const std::size_t body = at_;
        for (std::size_t end = source_.find("{%", body); end != std::string::npos; end = source_.find("{%", end + 1)) {
            at_ = end + 2;
            const bool strip_before = ahead("-");
            if (strip_before || ahead("+")) ++at_;
            skip_space();
            if (!ahead("endraw")) continue;
            at_ += 6;
            skip_space();
            const bool strip_after = ahead("-%}");
            if (strip_after || ahead("+%}"))
                at_ += 3;
            else if (ahead("%}"))
                at_ += 2;
            else
                continue;
            if (strip_after) skip_space();
            return data(body, end, strip_before);
        }
        fail("Missing end of raw directive", tag);
    }

    // Whether the tag ends here; brackets must be closed first.
    bool tag_end(bool block) {
        if (!open_.empty()) return false;
        const std::string_view close = block ? "%}" : "}}";
        const std::size_t from = at_;
        const bool strip = ahead("-") && rest().substr(1).starts_with(close);
        const bool keep = block && ahead("+") && rest().substr(1).starts_with(close);
        if (!strip && !keep && !ahead(close)) return false;
        at_ += close.size() + (strip || keep ? 1 : 0);
        emit(block ? TokenKind::block_end : TokenKind::variable_end, from, at_);
        if (strip) skip_space();
        return true;
    }

    void inside(bool block) {
        open_.clear();
        while (!failed()) {
            skip_space();
            if (at_ >= source_.size()) return;
            if (tag_end(block)) return;
            const char c = source_[at_];
            if (is_digit_char(c))
                number();
            else if (c == '\'' || c == '"')
                string();
            else
                name_or_symbol();
        }
    }

    // digits, each after the first optionally behind an underscore
    std::size_t digits_end(std::size_t at) const {
        while (at < source_.size() && (is_digit_char(source_[at]) || (source_[at] == '_' && at + 1 < source_.size() &&
                                                                      is_digit_char(source_[at + 1]))))
            ++at;
        return at;
    }

    bool digit_at(std::size_t at) const { return at < source_.size() && is_digit_char(source_[at]); }

    // Past the fraction and the exponent, or npos when neither is there.
    std::size_t real_end(std::size_t whole_end) const {
        std::size_t end = whole_end;
        if (end < source_.size() && source_[end] == '.' && digit_at(end + 1)) end = digits_end(end + 1);
        if (end < source_.size() && (source_[end] | 0x20) == 'e') {
            std::size_t exponent = end + 1;
            if (exponent < source_.size() && (source_[exponent] == '+' || source_[exponent] == '-')) ++exponent;
            if (digit_at(exponent)) return digits_end(exponent);
        }
        return end == whole_end ? std::string::npos : end;
    }

    std::size_t based_end(std::size_t at, unsigned base) const {
        auto good = [&](std::size_t i) {
            if (i >= source_.size()) return false;
            const int c = source_[i] | 0x20;
            const unsigned digit = is_digit_char(source_[i]) ? static_cast<unsigned>(source_[i] - '0')
                                   : c >= 'a' && c <= 'f'    ? static_cast<unsigned>(c - 'a' + 10)
                                                             : 99u;
            return digit < base;
        };
        while (good(at) || (at < source_.size() && source_[at] == '_' && good(at + 1))) ++at;
        return at;
    }

    std::size_t integer_end() const {
        if (source_[at_] != '0') return digits_end(at_);
        const int kind = at_ + 1 < source_.size() ? source_[at_ + 1] | 0x20 : 0;
        const unsigned base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
        if (base != 0)
            if (const std::size_t end = based_end(at_ + 2, base); end > at_ + 2) return end;
        std::size_t end = at_ + 1;
        while (end < source_.size() &&
               (source_[end] == '0' || (source_[end] == '_' && end + 1 < source_.size() && source_[end + 1] == '0')))
            ++end;
        return end;
    }

    void number() {
        const bool after_dot = at_ > 0 && source_[at_ - 1] == '.';
        std::size_t end = after_dot ? std::string::npos : real_end(digits_end(at_));
        const TokenKind kind = end == std::string::npos ? TokenKind::integer : TokenKind::real;
        if (end == std::string::npos) end = integer_end();
        emit(kind, at_, end);
        at_ = end;
    }

    void string() {
        const char quote = source_[at_];
        std::size_t end = at_ + 1;
        while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
        if (end >= source_.size()) return unexpected();
        emit(TokenKind::string, at_, end + 1);
        at_ = end + 1;
    }

    void unexpected() {
        std::size_t next = at_;
        decode(source_, next);
        fail("unexpected char " + repr_text(rest().substr(0, next - at_)) + " at " +
                 std::to_string(count_characters(std::string_view(source_).substr(0, at_))),
             at_);
    }

    void name_or_symbol() {
        std::size_t end = at_;
        while (end < source_.size()) {
            if (std::isalnum(static_cast<unsigned char>(source_[end])) || source_[end] == '_') {
                ++end;
                continue;
            }
            std::size_t next = end;
            if (!is_word(decode(source_, next))) break;
            end = next;
        }
        if (end == at_) return symbol();
        if (!is_identifier(rest().substr(0, end - at_))) return fail("Invalid character in identifier", at_);
        emit(TokenKind::name, at_, end);
        at_ = end;
    }

    void symbol() {
        std::size_t best = std::size(symbols), length = 0;
        for (std::size_t i = 0; i < std::size(symbols); ++i)
            if (symbols[i][0] == source_[at_] && symbols[i].size() > length && ahead(symbols[i]))
                best = i, length = symbols[i].size();
        if (length == 0) return unexpected();
        if (length == 1 && !balance(source_[at_])) return;
        emit(symbol_kind(best), at_, at_ + length);
        at_ += length;
    }

    bool balance(char c) {
        if (c == '(' || c == '[' || c == '{') open_ += c == '(' ? ')' : c == '[' ? ']' : '}';
        if (c != ')' && c != ']' && c != '}') return true;
        const std::string found = std::string("unexpected '") + c + "'";
        if (open_.empty()) return fail(found, at_), false;
        const char expected = open_.back();
        open_.pop_back();
        if (expected != c) fail(found + ", expected '" + expected + "'", at_);
        return expected == c;
    }

    const std::string &source_;
    std::vector<Token> tokens_;
    std::string problem_;
    std::string open_;  // the brackets still to be closed
    std::size_t at_ = 0, counted_ = 0, line_start_ = 0;
    unsigned line_;
};

[[noreturn]] void bad_escape(const std::string &message) {
    raise(ErrorClass::syntax, message);
}

void append_number_escape(std::string &out, std::string_view text, std::size_t &at, std::size_t width) {
    char32_t c = 0;
    std::size_t count = 0;
    for (; count < width && at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])); ++count, ++at)
        c = c * 16 + (is_digit_char(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10);
    if (count < width)
        bad_escape(width == 2   ? "truncated \\xXX escape"
                   : width == 4 ? "truncated \\uXXXX escape"
                                : "truncated \\UXXXXXXXX escape");
    if (c > 0x10FFFF) bad_escape("illegal Unicode character");
    append(out, c);
}

void append_octal_escape(std::string &out, std::string_view text, std::size_t &at) {
    char32_t c = 0;
    for (int i = 0; i < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++i)
        c = c * 8 + (text[at++] - '0');
    append(out, c);
}

// A backslash before a character that is not ASCII leaves that character's own escape as text.
void append_unknown_escape(std::string &out, std::string_view text, std::size_t &at) {
    const char32_t c = decode(text, at);
    char buffer[16];
    out += '\\';
    if (c < 0x80) return append(out, c);
    out.append(buffer, std::snprintf(buffer, sizeof buffer,
                                     c < 0x100     ? "x%02x"
                                     : c < 0x10000 ? "u%04x"
                                                   : "U%08x",
                                     static_cast<unsigned>(c)));
}

void append_escape(std::string &out, std::string_view text, std::size_t &at) {
    static constexpr std::string_view plain = "\n\\'\"abfnrtv", means = "?\\'\"\a\b\f\n\r\t\v";
    const char c = text[at];
    if (const std::size_t known = plain.find(c); known != plain.npos) {
        ++at;
        if (known > 0) out += means[known];
    } else if (c == 'x' || c == 'u' || c == 'U') {
        append_number_escape(out, text, ++at, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c >= '0' && c <= '7') {
        append_octal_escape(out, text, at);
    } else if (c == 'N') {
        bad_escape("malformed \\N character escape");
    } else {
        append_unknown_escape(out, text, at);
    }
}

}  // namespace

std::string describe(TokenKind kind) {
    switch (kind) {
        case TokenKind::data: return "template data / text";
        case TokenKind::block_begin: return "begin of statement block";
        case TokenKind::block_end: return "end of statement block";
        case TokenKind::variable_begin: return "begin of print statement";
        case TokenKind::variable_end: return "end of print statement";
        case TokenKind::name: return "name";
        case TokenKind::string: return "string";
        case TokenKind::integer: return "integer";
        case TokenKind::real: return "float";
        case TokenKind::end: return "end of template";
        case TokenKind::bad: return "bad token";
        default: return std::string(symbols[static_cast<std::size_t>(kind) - static_cast<std::size_t>(TokenKind::add)]);
    }
}

std::string describe(const Token &token) {
    return token.kind == TokenKind::name ? std::string(token.text) : describe(token.kind);
}

std::string normalize_source(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    if (source.find('\r') == source.npos) {
        out = source;
    } else {
        for (std::size_t i = 0; i < source.size(); ++i) {
            out += source[i] == '\r' ? '\n' : source[i];
            if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') ++i;
        }
    }
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

TokenList tokenize(const std::string &source, unsigned first_line) {
    return Lexer(source, first_line).run();
}

std::string unescape(std::string_view quoted) {
    const std::string_view text = quoted.substr(1, quoted.size() - 2);
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\\')
            out += text[at++];
        else
            append_escape(out, text, ++at);
    }
    return out;
}

}  // namespace mesh::core::jinja
