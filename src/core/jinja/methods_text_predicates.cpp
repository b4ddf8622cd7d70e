// Methods of str that look: where something is, and what kind of text it is.
#include <algorithm>

#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

// The part of a str between two character positions, and where it starts in characters and bytes.
struct Part {
    std::string_view text;
    Int start;
    bool valid;  // the start is not beyond the end
};

Part part_of(const Value &self, const Value &from, const Value &to) {
    const Int length = static_cast<Int>(self.str().length());
    auto place = [length](const Value &bound, Int otherwise) {
        if (bound.is_none()) return otherwise;
        const Int index = to_index(bound);
        return index < 0 ? std::max<Int>(index + length, 0) : index;
    };
    const Int start = place(from, 0), stop = std::min(place(to, length), length);
    if (start > length || start > stop) return {"", start, false};
    const std::string_view text = self.text();
    const std::size_t first = byte_offset(text, start);
    return {text.substr(first, byte_offset(text.substr(first), stop - start)), start, true};
}

const std::string &need_text(const Value &value) {
    if (value.is_string()) return value.text();
    raise_type("must be str, not " + type_name(value));
}

template <bool last>
Int position(const Value &self, Arguments &arguments) {
    const auto bound = bind("find", arguments, {{"sub"}, {"start", Value()}, {"end", Value()}});
    const std::string &wanted = need_text(bound[0]);
    const Part part = part_of(self, bound[1], bound[2]);
    const std::size_t found = last ? part.text.rfind(wanted) : part.text.find(wanted);
    if (!part.valid || found == std::string_view::npos) return -1;
    return part.start + static_cast<Int>(count_characters(part.text.substr(0, found)));
}

template <bool last>
Value text_find(const Value &self, Arguments &arguments, const Runtime &) {
    return Value(position<last>(self, arguments));
}

template <bool last>
Value text_index(const Value &self, Arguments &arguments, const Runtime &) {
    const Int found = position<last>(self, arguments);
    if (found < 0) raise_value("substring not found");
    return Value(found);
}

Value text_count(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("count", arguments, {{"sub"}, {"start", Value()}, {"end", Value()}});
    const std::string &wanted = need_text(bound[0]);
    const Part part = part_of(self, bound[1], bound[2]);
    if (!part.valid) return Value(0);
    if (wanted.empty()) return Value(static_cast<Int>(count_characters(part.text)) + 1);
    Int count = 0;
    for (std::size_t at = 0; (at = part.text.find(wanted, at)) != std::string_view::npos; at += wanted.size()) ++count;
    return Value(count);
}

template <bool at_end>
Value text_affix(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound =
        bind(at_end ? "endswith" : "startswith", arguments, {{"affix"}, {"start", Value()}, {"end", Value()}});
    const Part part = part_of(self, bound[1], bound[2]);
    auto matches = [&](const Value &affix) {
        if (!affix.is_string())
            raise_type(std::string(at_end ? "endswith" : "startswith") +
                       " first arg must be str or a tuple of str, not " + type_name(affix));
        return part.valid && (at_end ? part.text.ends_with(affix.text()) : part.text.starts_with(affix.text()));
    };
    if (!bound[0].is(Kind::tuple)) return Value(matches(bound[0]));
    for (const Value &affix : bound[0].tuple().items)
        if (matches(affix)) return Value(true);
    return Value(false);
}

// Every character passes, and there is one unless empty text passes too.
template <bool (*test)(char32_t), bool empty = false>
Value all_are(const Value &self, Arguments &arguments, const Runtime &) {
    bind("str method", arguments, {});
    const std::string &text = self.text();
    for (std::size_t at = 0; at < text.size();)
        if (!test(decode(text, at))) return Value(false);
    return Value(empty || !text.empty());
}

bool is_ascii(char32_t c) {
    return c < 0x80;
}

// Some character has the case, none has the other.
template <bool (*wanted)(char32_t), bool (*refused)(char32_t)>
Value cased(const Value &self, Arguments &arguments, const Runtime &) {
    bind("str method", arguments, {});
    bool some = false;
    for (std::size_t at = 0; at < self.text().size();) {
        const char32_t c = decode(self.text(), at);
        if (refused(c)) return Value(false);
        some = some || wanted(c);
    }
    return Value(some);
}

Value text_istitle(const Value &self, Arguments &arguments, const Runtime &) {
    bind("istitle", arguments, {});
    bool some = false, inside = false;
    for (std::size_t at = 0; at < self.text().size();) {
        const char32_t c = decode(self.text(), at);
        const bool upper = is_upper(c), lower = is_lower(c);
        if ((upper && inside) || (lower && !inside)) return Value(false);
        some = some || upper || lower;
        inside = upper || lower;
    }
    return Value(some);
}

Value text_isidentifier(const Value &self, Arguments &arguments, const Runtime &) {
    bind("isidentifier", arguments, {});
    return Value(is_identifier(self.text()));
}

constexpr Method predicates[] = {
    {"startswith", text_affix<false>},
    {"endswith", text_affix<true>},
    {"find", text_find<false>},
    {"rfind", text_find<true>},
    {"index", text_index<false>},
    {"rindex", text_index<true>},
    {"count", text_count},
    {"isalpha", all_are<is_alpha>},
    {"isalnum", all_are<is_alnum>},
    {"isdecimal", all_are<is_decimal>},
    {"isdigit", all_are<is_digit>},
    {"isnumeric", all_are<is_numeric>},
    {"isspace", all_are<is_space>},
    {"isprintable", all_are<is_printable, true>},
    {"isascii", all_are<is_ascii, true>},
    {"islower", cased<is_lower, is_upper>},
    {"isupper", cased<is_upper, is_lower>},
    {"istitle", text_istitle},
    {"isidentifier", text_isidentifier},
};

}  // namespace

const Method *find_text_predicate(std::string_view name) {
    return find_in(predicates, name);
}

}  // namespace mesh::core::jinja
