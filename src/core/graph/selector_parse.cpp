#include "core/graph/selector_parse.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/graph/selector_method.h"

namespace mesh::core {

namespace {

constexpr std::string_view spaces = " \t\n\r\f\v";
constexpr std::string_view digits = "0123456789";

[[noreturn]] void fail(const std::string &message, const std::string &hint) {
    throw Error("42601", message, "", hint);
}

// Splits at separators outside double quotes and keeps the quotes; empty pieces stay.
std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> pieces(1);
    bool quoted = false;
    for (char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && separators.find(c) != std::string_view::npos)
            pieces.emplace_back();
        else
            pieces.back() += c;
    }
    if (quoted)
        fail("unterminated quote in selector \"" + std::string(text) + "\"", "Close the double quote, or write \"\" for a quote inside quotes.");
    return pieces;
}

// Takes the quotes off; inside them a doubled quote is one.
MaskedText unquote(std::string_view written) {
    MaskedText result;
    bool quoted = false;
    for (std::size_t i = 0; i < written.size(); ++i) {
        const char c = written[i];
        const bool doubled = quoted && c == '"' && i + 1 < written.size() && written[i + 1] == '"';
        if (c == '"' && !doubled) {
            quoted = !quoted;
            continue;
        }
        if (doubled) ++i;
        result.text += c;
        result.mask += quoted ? MaskedText::blank : c;
    }
    return result;
}

// A number of edges; none means no limit, and one too large for an int is as good as none.
int read_depth(const std::string &number) {
    if (number.empty() || number.size() > 9) return Graph::unlimited;
    return std::stoi(number);
}

void take_prefix(Criterion &criterion) {
    MaskedText &value = criterion.value;
    if (!value.mask.empty() && value.mask[0] == '@') {
        criterion.at = true;
        value = value.part(1);
    }
    const auto plus = value.mask.find_first_not_of(digits);
    if (plus == std::string::npos || value.mask[plus] != '+') return;
    criterion.ancestors = true;
    criterion.ancestor_depth = read_depth(value.text.substr(0, plus));
    value = value.part(plus + 1);
}

void take_suffix(Criterion &criterion) {
    MaskedText &value = criterion.value;
    const auto plus = value.mask.find_last_not_of(digits);
    if (plus == std::string::npos || value.mask[plus] != '+') return;
    criterion.descendants = true;
    criterion.descendant_depth = read_depth(value.text.substr(plus + 1));
    value = value.part(0, plus);
}

void take_method(Criterion &criterion) {
    const auto colon = criterion.value.mask.find(':');
    if (colon == std::string::npos) return;
    if (colon == 0)
        fail("method missing before the colon in selector part \"" + criterion.written + "\"",
             "Methods are " + selector_methods() + "; put a name that contains a colon in double quotes.");
    criterion.method = criterion.value.text.substr(0, colon);
    criterion.value = criterion.value.part(colon + 1);
}

void check(const Criterion &criterion) {
    const std::string where = " in selector part \"" + criterion.written + "\"";
    if (criterion.at && criterion.descendants)
        fail("\"@\" and a trailing \"+\" exclude each other" + where, "\"@\" already takes in all descendants.");
    if (criterion.value.text.empty())
        fail("name missing" + where, "Write a name, such as domain.model, or method:value.");
}

Criterion parse_criterion(const std::string &written) {
    Criterion criterion;
    criterion.written = written;
    criterion.value = unquote(written);
    take_prefix(criterion);
    take_suffix(criterion);
    check(criterion);
    const std::string &mask = criterion.value.mask;
    if (mask.front() == '+' || mask.front() == '@' || mask.back() == '+')
        fail("misplaced operator in selector part \"" + written + "\"",
             "Operators are @x, +x, x+ and 2+x+1; put a name that contains one in double quotes.");
    take_method(criterion);
    check(criterion);
    check_method(criterion.method, criterion.value.text);
    return criterion;
}

}  // namespace

std::vector<Intersection> parse_selector(std::string_view selector) {
    std::vector<Intersection> result;
    for (auto &word : split(selector, spaces)) {
        if (word.empty()) continue;
        Intersection part{word, {}};
        for (const auto &written : split(word, ",")) {
            if (written.empty())
                fail("empty operand next to a comma in selector part \"" + word + "\"",
                     "Write an intersection as a,b without spaces.");
            part.criteria.push_back(parse_criterion(written));
        }
        result.push_back(std::move(part));
    }
    return result;
}

}  // namespace mesh::core
