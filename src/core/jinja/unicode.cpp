#include "core/jinja/unicode.h"

#include <algorithm>
#include <iterator>

#include "core/jinja/unicode_table.h"

namespace mesh::core::jinja {

namespace {

bool in_runs(const CharRun *runs, std::size_t count, char32_t c) {
    const CharRun *after =
        std::upper_bound(runs, runs + count, c, [](char32_t x, const CharRun &r) { return x < r.first; });
    if (after == runs) return false;
    const CharRun &run = after[-1];
    return c <= run.last && (c - run.first) % run.stride == 0;
}

// Runs of two strides can overlap, so the one before the nearest is looked at too.
char32_t mapped(const CaseRun *runs, std::size_t count, char32_t c) {
    const CaseRun *after =
        std::upper_bound(runs, runs + count, c, [](char32_t x, const CaseRun &r) { return x < r.first; });
    for (int back = 1; back <= 2 && after - runs >= back; ++back) {
        const CaseRun &run = after[-back];
        if (c <= run.last && (c - run.first) % run.stride == 0) return c + run.delta;
    }
    return c;
}

struct CaseTable {
    const CaseRun *runs;
    std::size_t runs_size;
    const CaseSpecial *specials;
    std::size_t specials_size;
};

CaseTable upper_table() {
    return {upper_runs, upper_runs_size, upper_specials, upper_specials_size};
}
CaseTable lower_table() {
    return {lower_runs, lower_runs_size, lower_specials, lower_specials_size};
}
CaseTable title_table() {
    return {title_runs, title_runs_size, title_specials, title_specials_size};
}

CaseTable fold_table() {
    return {fold_runs, fold_runs_size, fold_specials, fold_specials_size};
}

void append_mapped(std::string &out, char32_t c, const CaseTable &table) {
    const CaseSpecial *end = table.specials + table.specials_size;
    const CaseSpecial *special =
        std::lower_bound(table.specials, end, c, [](const CaseSpecial &s, char32_t x) { return s.from < x; });
    if (special == end || special->from != c) return append(out, mapped(table.runs, table.runs_size, c));
    for (std::uint32_t to : special->to)
        if (to != 0) append(out, to);
}

bool letter_before(std::string_view text, std::size_t at) {
    while (at > 0) {
        do --at;
        while (at > 0 && (text[at] & 0xC0) == 0x80);
        std::size_t copy = at;
        const char32_t c = decode(text, copy);
        if (is_alpha(c)) return true;
        if (c != '\'' && c != '.' && c != 0x2019) return false;
    }
    return false;
}

// A capital sigma at the end of a word has its own small form.
void append_lower(std::string &out, char32_t c, std::string_view text, std::size_t start, std::size_t end) {
    if (c < 0x80) return void(out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    if (c != 0x3A3) return append_mapped(out, c, lower_table());
    std::size_t next = end;
    const bool followed = end < text.size() && is_alpha(decode(text, next));
    append(out, letter_before(text, start) && !followed ? 0x3C2 : 0x3C3);
}

bool ascii_only(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_continuation(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

}  // namespace

char32_t decode(std::string_view text, std::size_t &at) {
    const unsigned char lead = text[at];
    if (lead < 0x80) return text[at++];
    const std::size_t more = lead >= 0xF0 && lead < 0xF5   ? 3
                             : lead >= 0xE0 && lead < 0xF0 ? 2
                                                           : lead >= 0xC2 && lead < 0xE0;
    char32_t c = more == 3 ? lead & 7 : more == 2 ? lead & 15 : lead & 31;
    bool good = more > 0;
    for (std::size_t i = 1; good && i <= more; ++i) {
        good = is_continuation(text, at + i);
        if (good) c = c << 6 | (text[at + i] & 0x3F);
    }
    good = good && c <= 0x10FFFF && !(more == 2 && c < 0x800) && !(more == 3 && c < 0x10000);
    if (!good) {
        ++at;
        return 0xDC00 + lead;
    }
    at += more + 1;
    return c;
}

void append(std::string &text, char32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c >= 0xDC80 && c <= 0xDCFF) {
        text += static_cast<char>(c - 0xDC00);
    } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | c >> 6);
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        text += static_cast<char>(0xE0 | c >> 12);
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | c >> 18);
        text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    }
}

std::size_t count_characters(std::string_view text) {
    if (ascii_only(text)) return text.size();
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) decode(text, at);
    return count;
}

std::size_t byte_offset(std::string_view text, std::size_t index) {
    std::size_t at = 0;
    while (index-- > 0 && at < text.size()) decode(text, at);
    return at;
}

bool is_space(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_alpha(char32_t c) {
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return in_runs(alpha_runs, alpha_runs_size, c);
}
bool is_decimal(char32_t c) {
    if (c < 0x80) return c >= '0' && c <= '9';
    return in_runs(decimal_runs, decimal_runs_size, c);
}
bool is_digit(char32_t c) {
    return in_runs(digit_runs, digit_runs_size, c);
}
bool is_numeric(char32_t c) {
    return in_runs(numeric_runs, numeric_runs_size, c);
}
bool is_lower(char32_t c) {
    return in_runs(is_lower_runs, is_lower_runs_size, c);
}
bool is_upper(char32_t c) {
    return in_runs(is_upper_runs, is_upper_runs_size, c);
}
bool is_printable(char32_t c) {
    return !in_runs(unprintable_runs, unprintable_runs_size, c);
}

bool is_identifier_start(char32_t c) {
    if (c < 0x80) return is_alpha(c) || c == '_';
    return in_runs(identifier_start_runs, identifier_start_runs_size, c);
}

bool is_identifier_part(char32_t c) {
    if (c < 0x80) return is_alpha(c) || is_decimal(c) || c == '_';
    return in_runs(identifier_runs, identifier_runs_size, c);
}

int digit_value(char32_t c) {
    if (!is_decimal(c)) return -1;
    if (c < 0x80) return static_cast<int>(c - '0');
    // Every run of decimal digits begins with a zero and has a multiple of ten members.
    char32_t zero = c;
    while (is_decimal(zero - 1)) --zero;
    return static_cast<int>((c - zero) % 10);
}

bool is_identifier(std::string_view text) {
    std::size_t at = 0;
    if (text.empty() || !is_identifier_start(decode(text, at))) return false;
    while (at < text.size())
        if (!is_identifier_part(decode(text, at))) return false;
    return true;
}

std::string to_upper(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decode(text, at);
        if (c < 0x80)
            out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
        else
            append_mapped(out, c, upper_table());
    }
    return out;
}

std::string fold_case(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) append_mapped(out, decode(text, at), fold_table());
    return out;
}

std::string to_lower(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode(text, at);
        append_lower(out, c, text, start, at);
    }
    return out;
}

std::string swap_case(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode(text, at);
        if (is_upper(c))
            append_lower(out, c, text, start, at);
        else if (is_lower(c))
            append_mapped(out, c, upper_table());
        else
            append(out, c);
    }
    return out;
}

std::string capitalize(std::string_view text) {
    if (text.empty()) return "";
    std::string out;
    std::size_t at = 0;
    append_mapped(out, decode(text, at), title_table());
    while (at < text.size()) {
        const std::size_t start = at;
        const char32_t c = decode(text, at);
        append_lower(out, c, text, start, at);
    }
    return out;
}

std::string title_case(std::string_view text) {
    std::string out;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = decode(text, at);
        if (inside)
            append_lower(out, c, text, start, at);
        else
            append_mapped(out, c, title_table());
        inside = is_lower(c) || is_upper(c);
    }
    return out;
}

namespace {

bool strippable(char32_t c, std::string_view set) {
    if (set.empty()) return is_space(c);
    for (std::size_t at = 0; at < set.size();)
        if (decode(set, at) == c) return true;
    return false;
}

}  // namespace

std::string_view strip_left(std::string_view text, std::string_view set) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t next = at;
        if (!strippable(decode(text, next), set)) break;
        at = next;
    }
    return text.substr(at);
}

std::string_view strip_right(std::string_view text, std::string_view set) {
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && (text[start] & 0xC0) == 0x80) --start;
        std::size_t end = start;
        char32_t c = decode(text, end);
        if (end != text.size()) c = decode(text, start = text.size() - 1);
        if (!strippable(c, set)) break;
        text = text.substr(0, end == text.size() ? start : text.size() - 1);
    }
    return text;
}

}  // namespace mesh::core::jinja
