// Filters that make text of text.
#include <algorithm>

#include "core/jinja/filters.h"
#include "core/jinja/format.h"
#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

Marker markup_of(const Value &value) {
    return value.is_string() && value.str().marker == Marker::markup ? Marker::markup : Marker::none;
}

template <std::string (*change)(std::string_view)>
Value changed(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("filter", arguments, {});
    return Value(change(to_text(subject)), markup_of(subject));
}

// Upper case after white space, hyphens and opening brackets, lower case elsewhere.
std::string title(std::string_view text) {
    std::string out;
    bool start = true;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = decode(text, at);
        const bool boundary =
            is_space(c) || (c < 0x80 && std::string_view("-({[<").find(static_cast<char>(c)) != std::string_view::npos);
        out += start ? to_upper(text.substr(from, at - from)) : to_lower(text.substr(from, at - from));
        start = boundary;
    }
    return out;
}

Value trim(const Value &subject, Arguments &arguments, const Runtime &) {
    const Value set = bind("trim", arguments, {{"chars", Value()}})[0];
    const std::string text = to_text(subject);
    if (set.is_none()) return Value(std::string(strip_left(strip_right(text))), markup_of(subject));
    if (!set.is_string()) raise_type("strip arg must be None or str");
    if (set.text().empty()) return Value(text);
    return Value(std::string(strip_left(strip_right(text, set.text()), set.text())));
}

Value call_method(const Value &text, const char *name, std::vector<Value> positional, const Runtime &runtime) {
    Arguments arguments(std::move(positional));
    return find_text_method(name)->body(text, arguments, runtime);
}

Value center(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    return call_method(Value(to_text(subject)), "center", {bind("center", arguments, {{"width", Value(80)}})[0]},
                       runtime);
}

Value replace(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound = bind("replace", arguments, {{"old"}, {"new"}, {"count", Value()}});
    const Value count = bound[2].is_none() ? Value(-1) : bound[2];
    return call_method(Value(to_text(subject)), "replace", {Value(to_text(bound[0])), Value(to_text(bound[1])), count},
                       runtime);
}

Value string(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("string", arguments, {});
    return subject.is_string() ? subject : Value(to_text(subject));
}

Value escape(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("escape", arguments, {});
    return markup_of(subject) == Marker::markup ? subject : Value(escape_html(to_text(subject)), Marker::markup);
}

Value force_escape(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("forceescape", arguments, {});
    return Value(escape_html(to_text(subject)), Marker::markup);
}

Value safe(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("safe", arguments, {});
    return Value(to_text(subject), Marker::markup);
}

const std::string &need_text(const Value &value, const char *what) {
    if (value.is_string()) return value.text();
    if (value.is_undefined()) value.undefined().fail();
    raise_type(std::string("unsupported operand type(s) for ") + what + ": '" + type_name(value) + "' and 'str'");
}

Value indent(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound =
        bind("indent", arguments, {{"width", Value(4)}, {"first", Value(false)}, {"blank", Value(false)}});
    const std::string indentation = bound[0].is_string() ? bound[0].text() : to_text(multiply(Value(" "), bound[0]));
    const bool blank = truth(bound[2]);
    if (subject.is(Kind::list)) raise(ErrorClass::attribute, "'list' object has no attribute 'splitlines'");
    std::vector<Value> lines = split_lines(need_text(subject, "+=") + "\n", false);
    std::string out = truth(bound[1]) ? indentation : "";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) out += "\n";
        if (i > 0 && (blank || !lines[i].text().empty())) out += indentation;
        out += lines[i].text();
        Guard::string_size(out.size());
    }
    return Value(std::move(out), markup_of(subject));
}

Value truncate(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound =
        bind("truncate", arguments,
             {{"length", Value(255)}, {"killwords", Value(false)}, {"end", Value("...")}, {"leeway", Value()}});
    const Int length = to_index(bound[0]), leeway = bound[3].is_none() ? 5 : to_index(bound[3]);
    const Int end_length = length_of(bound[2]).value_or(0);
    if (length < end_length)
        raise(ErrorClass::assertion,
              "expected length >= " + std::to_string(end_length) + ", got " + std::to_string(length));
    if (leeway < 0) raise(ErrorClass::assertion, "expected leeway >= 0, got " + std::to_string(leeway));
    const auto size = length_of(subject);
    if (!size) raise_type("object of type '" + type_name(subject) + "' has no len()");
    if (*size - leeway <= length || !subject.is_string()) return subject;
    std::string kept = subject.text().substr(0, byte_offset(subject.text(), length - end_length));
    const std::size_t space = kept.rfind(' ');
    if (!truth(bound[1]) && space != std::string::npos) kept.resize(space);
    return Value(kept + need_text(bound[2], "+"));
}

Value wordcount(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("wordcount", arguments, {});
    const std::string text = to_text(subject);
    Int words = 0;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        const bool word = is_word(decode(text, at));
        words += word && !inside;
        inside = word;
    }
    return Value(words);
}

Value format(const Value &subject, Arguments &arguments, const Runtime &) {
    if (!arguments.positional.empty() && !arguments.named.empty())
        raise(ErrorClass::filter_argument, "can't handle positional and keyword arguments at the same time");
    if (arguments.named.empty()) return Value(format_percent(to_text(subject), Value::tuple(arguments.positional)));
    auto named = make<Dict>();
    for (auto &[name, value] : arguments.named) named->set(Value(name), value);
    return Value(format_percent(to_text(subject), Value(named)));
}

// Without tags and comments, runs of white space as one blank, entities for the five characters undone.
Value striptags(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("striptags", arguments, {});
    const std::string text = to_text(subject);
    std::string kept, out;
    for (std::size_t at = 0; at < text.size();) {
        const bool comment = text.compare(at, 4, "<!--") == 0;
        const std::size_t end = text[at] == '<' ? text.find(comment ? "-->" : ">", at) : std::string::npos;
        if (end == std::string::npos)
            kept += text[at++];
        else
            at = end + (comment ? 3 : 1);
    }
    for (const Value &word : to_list(call_method(Value(kept), "split", {}, {})))
        out += (out.empty() ? "" : " ") + word.text();
    static constexpr std::pair<std::string_view, std::string_view> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&#39;", "'"}, {"&#34;", "\""}, {"&quot;", "\""}, {"&amp;", "&"}};
    std::string plain;
    for (std::size_t at = 0; at < out.size();) {
        std::size_t used = 0;
        for (const auto &[entity, character] : entities)
            if (out.compare(at, entity.size(), entity) == 0) plain += character, used = entity.size();
        if (used == 0) plain += out[at], used = 1;
        at += used;
    }
    return Value(std::move(plain));
}

std::string url_quote(const Value &value, bool query) {
    std::string out;
    for (unsigned char c : to_text(value)) {
        const bool plain = std::isalnum(c) ||
                           std::string_view("_.-~").find(static_cast<char>(c)) != std::string_view::npos ||
                           (c == '/' && !query);
        char buffer[8];
        if (plain)
            out += static_cast<char>(c);
        else if (c == ' ' && query)
            out += '+';
        else
            out.append(buffer, std::snprintf(buffer, sizeof buffer, "%%%02X", c));
    }
    return out;
}

Value urlencode(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("urlencode", arguments, {});
    if (subject.is_string() || !is_iterable(subject)) return Value(url_quote(subject, false));
    std::string out;
    const std::vector<Value> pairs = subject.is(Kind::dict) ? subject.dict().items() : to_list(subject);
    for (const Value &pair : pairs) {
        const std::vector<Value> parts = to_list(pair);
        if (parts.size() != 2)
            raise_value(parts.size() < 2
                            ? "not enough values to unpack (expected 2, got " + std::to_string(parts.size()) + ")"
                            : "too many values to unpack (expected 2)");
        out += (out.empty() ? "" : "&") + url_quote(parts[0], true) + "=" + url_quote(parts[1], true);
    }
    return Value(std::move(out));
}

Value xmlattr(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const bool space = truth(bind("xmlattr", arguments, {{"autospace", Value(true)}})[0]);
    if (subject.is_undefined() && runtime.environment->lenient_undefined) return Value("");
    if (subject.is_undefined()) subject.undefined().fail();
    if (!subject.is(Kind::dict))
        raise(ErrorClass::attribute, "'" + type_name(subject) + "' object has no attribute 'items'");
    std::string out;
    for (const Value &item : subject.dict().items()) {
        const Value &key = item.tuple().items[0], &value = item.tuple().items[1];
        if (value.is_none() || value.is_undefined()) continue;
        if (!key.is_string()) raise_type("expected string or bytes-like object, got '" + type_name(key) + "'");
        if (key.text().find_first_of(" \t\n\r\f\v/>=") != std::string::npos)
            raise_value("Invalid character in attribute name: " + repr(key));
        const bool raw = markup_of(value) == Marker::markup;
        out += (out.empty() ? "" : " ") + escape_html(key.text()) + "=\"" +
               (raw ? value.text() : escape_html(to_text(value))) + "\"";
    }
    return Value((space && !out.empty() ? " " : "") + out);
}

constexpr BuiltinFilter text_filters[] = {
    {"lower", changed<to_lower>},
    {"upper", changed<to_upper>},
    {"trim", trim},
    {"replace", replace},
    {"string", string},
    {"capitalize", changed<capitalize>},
    {"title", changed<title>},
    {"indent", indent},
    {"format", format},
    {"center", center},
    {"truncate", truncate},
    {"wordcount", wordcount},
    {"escape", escape},
    {"e", escape},
    {"forceescape", force_escape},
    {"safe", safe},
    {"striptags", striptags},
    {"urlencode", urlencode},
    {"xmlattr", xmlattr},
};

}  // namespace

const BuiltinFilter *find_text_filter(std::string_view name) {
    for (const BuiltinFilter &filter : text_filters)
        if (name == filter.name) return &filter;
    return nullptr;
}

}  // namespace mesh::core::jinja
