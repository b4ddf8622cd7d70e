// Methods of str that make other values; questions about it are in methods_text_predicates.cpp.
#include <algorithm>

#include "core/jinja/format.h"
#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

const std::string &need_text(const Value &value, const char *method) {
    if (value.is_string()) return value.text();
    if (value.is_undefined()) raise_type(std::string(method) + " must be str, not Undefined");
    raise_type(std::string(method) + " argument must be str, not " + type_name(value));
}

template <std::string (*change)(std::string_view)>
Value changed(const Value &self, Arguments &arguments, const Runtime &) {
    bind("str method", arguments, {});
    return Value(change(self.text()));
}

template <bool left, bool right>
Value stripped(const Value &self, Arguments &arguments, const Runtime &) {
    const Value set = bind("strip", arguments, {{"chars", Value()}})[0];
    std::string_view text = self.text();
    if (!set.is_none() && need_text(set, "strip").empty()) return self;
    const std::string_view characters = set.is_none() ? std::string_view() : set.text();
    if (left) text = strip_left(text, characters);
    if (right) text = strip_right(text, characters);
    return Value(text);
}

Value text_replace(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("replace", arguments, {{"old"}, {"new"}, {"count", Value(-1)}});
    const std::string &text = self.text(), &from = need_text(bound[0], "replace()"),
                      &to = need_text(bound[1], "replace()");
    Int left = to_index(bound[2]);
    std::string out;
    std::size_t at = 0;
    if (from.empty()) {
        for (; left != 0 && at < text.size(); --left) {
            const std::size_t start = at;
            decode(text, at);
            out += to;
            out.append(text, start, at - start);
            Guard::string_size(out.size());
        }
        if (left != 0) out += to;
    } else {
        for (std::size_t found; left != 0 && (found = text.find(from, at)) != std::string::npos; --left) {
            out.append(text, at, found - at);
            out += to;
            at = found + from.size();
            Guard::string_size(out.size());
        }
    }
    return Value(out.append(text, std::min(at, text.size())));
}

std::vector<Value> split_space(std::string_view text, Int most) {
    std::vector<Value> parts;
    for (text = strip_left(text); !text.empty(); text = strip_left(text)) {
        if (most-- == 0) {
            parts.emplace_back(text);
            break;
        }
        std::size_t end = 0, next = 0;
        while (end < text.size() && !is_space(decode(text, next))) end = next;
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return parts;
}

// The bytes at the end of the text that are no white space.
std::size_t last_word_size(std::string_view text) {
    std::size_t start = text.size();
    while (start > 0) {
        std::size_t before = start - 1;
        while (before > 0 && start - before < 4 && (text[before] & 0xC0) == 0x80) --before;
        std::size_t at = before;
        if (is_space(decode(text, at)) && at == start) break;
        start = before;
    }
    return text.size() - start;
}

std::vector<Value> split_space_from_right(std::string_view text, Int most) {
    std::vector<Value> parts;
    for (text = strip_right(text); !text.empty(); text = strip_right(text)) {
        if (most-- == 0) {
            parts.emplace_back(text);
            break;
        }
        const std::size_t start = text.size() - last_word_size(text);
        parts.emplace_back(text.substr(start));
        text = text.substr(0, start);
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
}

std::vector<Value> split_at(std::string_view text, std::string_view separator, Int most) {
    std::vector<Value> parts;
    for (std::size_t found; most-- != 0 && (found = text.find(separator)) != text.npos;) {
        parts.emplace_back(text.substr(0, found));
        text.remove_prefix(found + separator.size());
    }
    parts.emplace_back(text);
    return parts;
}

std::vector<Value> split_at_from_right(std::string_view text, std::string_view separator, Int most) {
    std::vector<Value> parts;
    for (std::size_t found; most-- != 0 && (found = text.rfind(separator)) != text.npos;) {
        parts.emplace_back(text.substr(found + separator.size()));
        text = text.substr(0, found);
    }
    parts.emplace_back(text);
    std::reverse(parts.begin(), parts.end());
    return parts;
}

template <bool from_right>
Value text_split(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("split", arguments, {{"sep", Value()}, {"maxsplit", Value(-1)}});
    const Int most = to_index(bound[1]) < 0 ? -1 : to_index(bound[1]);
    const std::string &text = self.text();
    if (bound[0].is_none()) return Value(from_right ? split_space_from_right(text, most) : split_space(text, most));
    const std::string &separator = need_text(bound[0], "split()");
    if (separator.empty()) raise_value("empty separator");
    return Value(from_right ? split_at_from_right(text, separator, most) : split_at(text, separator, most));
}

Value text_splitlines(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("splitlines", arguments, {{"keepends", Value(false)}});
    return Value(split_lines(self.text(), truth(bound[0])));
}

template <bool from_right>
Value text_partition(const Value &self, Arguments &arguments, const Runtime &) {
    const Value separator = bind("partition", arguments, {{"sep"}})[0];
    const std::string &text = self.text(), &by = need_text(separator, "partition()");
    if (by.empty()) raise_value("empty separator");
    const std::size_t found = from_right ? text.rfind(by) : text.find(by);
    if (found != std::string::npos)
        return Value::tuple({Value(text.substr(0, found)), separator, Value(text.substr(found + by.size()))});
    return from_right ? Value::tuple({Value(""), Value(""), self}) : Value::tuple({self, Value(""), Value("")});
}

Value text_join(const Value &self, Arguments &arguments, const Runtime &) {
    const Value items = bind("join", arguments, {{"iterable"}})[0];
    if (!is_iterable(items)) raise_type("can only join an iterable");
    std::string out;
    Int count = 0;
    for (const Value &item : to_list(items)) {
        if (!item.is_string())
            raise_type("sequence item " + std::to_string(count) + ": expected str instance, " + type_name(item) +
                       " found");
        if (count++ > 0) out += self.text();
        out += item.text();
        Guard::string_size(out.size());
    }
    return Value(std::move(out));
}

std::string need_fill(const Value &value) {
    if (!value.is_string()) raise_type("The fill character must be a unicode character, not " + type_name(value));
    if (value.str().length() != 1) raise_type("The fill character must be exactly one character long");
    return value.text();
}

std::string repeated(const std::string &what, Int times) {
    std::string out;
    Guard::string_size(static_cast<std::size_t>(std::max<Int>(times, 0)) * what.size());
    for (Int i = 0; i < times; ++i) out += what;
    return out;
}

template <char where>
Value text_pad(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("padding", arguments, {{"width"}, {"fillchar", Value(" ")}});
    const std::string fill = need_fill(bound[1]);
    const Int width = std::max<Int>(to_index(bound[0]), 0), missing = width - static_cast<Int>(self.str().length());
    if (missing <= 0) return self;
    const Int left = where == '<' ? 0 : where == '>' ? missing : missing / 2 + (missing & width & 1);
    return Value(repeated(fill, left) + self.text() + repeated(fill, missing - left));
}

Value text_zfill(const Value &self, Arguments &arguments, const Runtime &) {
    const Int width = std::max<Int>(to_index(bind("zfill", arguments, {{"width"}})[0]), 0);
    const Int missing = width - static_cast<Int>(self.str().length());
    const std::string &text = self.text();
    const std::size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    if (missing <= 0) return self;
    return Value(text.substr(0, sign) + repeated("0", missing) + text.substr(sign));
}

Value text_expandtabs(const Value &self, Arguments &arguments, const Runtime &) {
    const Int size = to_index(bind("expandtabs", arguments, {{"tabsize", Value(8)}})[0]);
    std::string out;
    Int column = 0;
    for (std::size_t at = 0; at < self.text().size(); Guard::string_size(out.size())) {
        const char32_t c = decode(self.text(), at);
        if (c == '\t') {
            const Int spaces = size > 0 ? size - column % size : 0;
            out += repeated(" ", spaces);
            column += spaces;
        } else {
            append(out, c);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    return Value(std::move(out));
}

template <bool at_end>
Value text_remove(const Value &self, Arguments &arguments, const Runtime &) {
    const Value affix = bind("removeprefix", arguments, {{"affix"}})[0];
    const std::string &text = self.text(), &part = need_text(affix, "removeprefix()");
    if (at_end ? !text.ends_with(part) : !text.starts_with(part)) return self;
    return Value(at_end ? text.substr(0, text.size() - part.size()) : text.substr(part.size()));
}

Value text_format(const Value &self, Arguments &arguments, const Runtime &runtime) {
    const FieldLookup lookup = [&](const Value &value, const Value &name, bool attribute) {
        return attribute ? get_attribute(value, name, runtime) : get_item(value, name, runtime);
    };
    return Value(format_braces(self.text(), arguments, lookup));
}

Value text_format_map(const Value &self, Arguments &arguments, const Runtime &runtime) {
    const Value map = bind("format_map", arguments, {{"mapping"}})[0];
    if (!map.is(Kind::dict)) raise_type("format_map() argument must be a dict");
    Arguments named;
    for (const Value &item : map.dict().items())
        named.named.emplace_back(to_text(item.tuple().items[0]), item.tuple().items[1]);
    return text_format(self, named, runtime);
}

void append_translated(std::string &out, char32_t c, const Value &table) {
    const auto found = subscript(table, Value(static_cast<Int>(c)));
    if (!found) return append(out, c);
    if (found->is_none()) return;
    if (found->is_integral()) {
        if (found->integer() < 0 || found->integer() > 0x10FFFF)
            raise_value("character mapping must be in range(0x110000)");
        return append(out, static_cast<char32_t>(found->integer()));
    }
    if (!found->is_string()) raise_type("character mapping must return integer, None or str");
    out += found->text();
}

Value text_translate(const Value &self, Arguments &arguments, const Runtime &) {
    const Value table = bind("translate", arguments, {{"table"}})[0];
    std::string out;
    for (std::size_t at = 0; at < self.text().size(); Guard::string_size(out.size()))
        append_translated(out, decode(self.text(), at), table);
    return Value(std::move(out));
}

std::vector<Value> codes(std::string_view text) {
    std::vector<Value> out;
    for (std::size_t at = 0; at < text.size();) out.emplace_back(static_cast<Int>(decode(text, at)));
    return out;
}

Value code_of(const Value &key) {
    if (key.is_integral()) return Value(key.integer());
    if (!key.is_string()) raise_type("keys in translate table must be strings or integers");
    if (key.str().length() != 1) raise_value("string keys in translate table must be of length 1");
    return codes(key.text())[0];
}

Value text_maketrans(const Value &, Arguments &arguments, const Runtime &) {
    const auto bound = bind("maketrans", arguments, {{"x"}, {"y", Value()}, {"z", Value("")}});
    auto table = make<Dict>();
    if (bound[1].is_none()) {
        if (!bound[0].is(Kind::dict)) raise_type("if you give only one argument to maketrans it must be a dict");
        for (const Value &item : bound[0].dict().items())
            table->set(code_of(item.tuple().items[0]), item.tuple().items[1]);
        return Value(table);
    }
    const auto from = codes(need_text(bound[0], "maketrans()")), to = codes(need_text(bound[1], "maketrans()"));
    if (from.size() != to.size()) raise_value("the first two maketrans arguments must have equal length");
    for (std::size_t i = 0; i < from.size(); ++i) table->set(from[i], to[i]);
    for (const Value &code : codes(need_text(bound[2], "maketrans()"))) table->set(code, Value());
    return Value(table);
}

constexpr Method text_methods[] = {
    {"format", text_format},
    {"split", text_split<false>},
    {"replace", text_replace},
    {"lower", changed<to_lower>},
    {"upper", changed<to_upper>},
    {"strip", stripped<true, true>},
    {"join", text_join},
    {"rstrip", stripped<false, true>},
    {"lstrip", stripped<true, false>},
    {"title", changed<title_case>},
    {"capitalize", changed<capitalize>},
    {"swapcase", changed<swap_case>},
    {"casefold", changed<fold_case>},
    {"rsplit", text_split<true>},
    {"splitlines", text_splitlines},
    {"partition", text_partition<false>},
    {"rpartition", text_partition<true>},
    {"ljust", text_pad<'<'>},
    {"rjust", text_pad<'>'>},
    {"center", text_pad<'^'>},
    {"zfill", text_zfill},
    {"expandtabs", text_expandtabs},
    {"removeprefix", text_remove<false>},
    {"removesuffix", text_remove<true>},
    {"format_map", text_format_map},
    {"translate", text_translate},
    {"maketrans", text_maketrans},
};

bool ends_line(char32_t c) {
    return (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

}  // namespace

std::vector<Value> split_lines(std::string_view text, bool keep_ends) {
    std::vector<Value> lines;
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = at;
        const char32_t c = decode(text, at);
        if (!ends_line(c)) continue;
        if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
        lines.emplace_back(text.substr(start, (keep_ends ? at : end) - start));
        start = at;
    }
    if (start < text.size()) lines.emplace_back(text.substr(start));
    return lines;
}

const Method *find_text_method(std::string_view name) {
    const Method *method = find_in(text_methods, name);
    return method ? method : find_text_predicate(name);
}

}  // namespace mesh::core::jinja
