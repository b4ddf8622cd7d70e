#include "core/project/python_re.h"

#include <memory>

#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/regex.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Ptr;
using jinja::Value;

namespace {

class Pattern;

using Text = std::shared_ptr<const std::u32string>;  // one for all matches in it

class Match : public jinja::Object {
public:
    Match(Ptr<Pattern> pattern, Text text, RegexMatch match) : pattern_(std::move(pattern)), text_(std::move(text)), match_(std::move(match)) {}
    std::string type_name() const override { return "re.Match"; }
    bool truth() const override { return true; }
    std::string repr() const override { return "<re.Match object; match=" + jinja::repr(group(0, Value())) + ">"; }
    std::optional<Value> attribute(std::string_view name) override;
    bool has_items() const override { return true; }
    std::optional<Value> item(const Value &key) override { return group(index(key), Value()); }

    Value group(std::size_t at, const Value &absent) const {
        const auto &[from, to] = match_.groups[at];
        return from < 0 ? absent : Value(to_utf8(*text_, static_cast<std::size_t>(from), static_cast<std::size_t>(to)));
    }
    const RegexMatch &match() const { return match_; }

private:
    std::size_t index(const Value &key) const;
    Value groups(const Value &absent) const {
        std::vector<Value> all;
        for (std::size_t i = 1; i < match_.groups.size(); ++i) all.push_back(group(i, absent));
        return Value::tuple(std::move(all));
    }
    Value span(const Value &key) const {
        const auto &[from, to] = match_.groups[index(key)];
        return Value::tuple({Value(static_cast<std::int64_t>(from)), Value(static_cast<std::int64_t>(to))});
    }

    Ptr<Pattern> pattern_;
    Text text_;
    RegexMatch match_;
};

class Pattern : public jinja::Object {
public:
    Pattern(const std::string &pattern, RegexFlags flags) : text(pattern), regex(pattern, flags) {}
    const std::string text;
    const Regex regex;
    std::string type_name() const override { return "re.Pattern"; }
    std::string repr() const override { return "re.compile(" + jinja::repr_text(text) + ")"; }
    std::optional<Value> attribute(std::string_view name) override;

    Value match(const std::string &subject, bool anchored, bool whole) {
        const auto characters = std::make_shared<const std::u32string>(to_characters(subject));
        auto found = regex.find(*characters, 0, anchored, whole);
        return found ? Value(jinja::make<Match>(Ptr<Pattern>(this), characters, std::move(*found))) : Value();
    }

    // Every match, an empty one never right behind another.
    std::vector<Ptr<Match>> all(const std::string &subject) {
        const auto characters = std::make_shared<const std::u32string>(to_characters(subject));
        std::vector<Ptr<Match>> found;
        std::size_t at = 0;
        while (at <= characters->size()) {
            auto one = regex.find(*characters, at, false);
            if (!one) break;
            jinja::Guard::tick();
            jinja::Guard::list_size(found.size() + 1);
            const auto [from, to] = one->groups[0];
            at = static_cast<std::size_t>(to) + (from == to);
            found.push_back(jinja::make<Match>(Ptr<Pattern>(this), characters, std::move(*one)));
        }
        return found;
    }
};

std::size_t Match::index(const Value &key) const {
    if (key.is(jinja::Kind::integer) && key.integer() >= 0 && static_cast<std::size_t>(key.integer()) < match_.groups.size())
        return static_cast<std::size_t>(key.integer());
    if (key.is_string())
        for (const auto &[name, group] : pattern_->regex.names())
            if (name == key.text()) return static_cast<std::size_t>(group);
    raise(jinja::ErrorClass::index, "no such group");
}

std::optional<Value> Match::attribute(std::string_view name) {
    const Ptr<Match> self(this);
    const auto first = [](Arguments &a) { return a.positional.empty() ? Value(0) : a.positional[0]; };
    if (name == "group")
        return jinja::make_function("group", [self](Arguments &a) {
            if (a.positional.empty()) return self->group(0, Value());
            std::vector<Value> several;
            for (const Value &key : a.positional) several.push_back(self->group(self->index(key), Value()));
            return several.size() == 1 ? several[0] : Value::tuple(std::move(several));
        });
    if (name == "groups") return jinja::make_function("groups", [self](Arguments &a) { return self->groups(bind("groups", a, {{"default", Value()}})[0]); });
    if (name == "span") return jinja::make_function("span", [self, first](Arguments &a) { return self->span(first(a)); });
    if (name == "start") return jinja::make_function("start", [self, first](Arguments &a) { return self->span(first(a)).tuple().items[0]; });
    if (name == "end") return jinja::make_function("end", [self, first](Arguments &a) { return self->span(first(a)).tuple().items[1]; });
    if (name == "string") return Value(to_utf8(*text_, 0, text_->size()));
    if (name == "re") return Value(pattern_);
    if (name != "groupdict") return std::nullopt;
    return jinja::make_function("groupdict", [self](Arguments &) {
        auto dict = jinja::make<jinja::Dict>();
        for (const auto &[key, group] : self->pattern_->regex.names()) dict->set(Value(key), self->group(static_cast<std::size_t>(group), Value()));
        return Value(dict);
    });
}

// \1 and \g<name> in a replacement.
std::string expand(const std::string &pattern, const Match &match) {
    std::string out;
    auto &object = const_cast<Match &>(match);
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        jinja::Guard::string_size(out.size());
        if (pattern[at] != '\\' || at + 1 >= pattern.size()) {
            out += pattern[at];
            continue;
        }
        const char c = pattern[++at];
        Value key = Value::missing();
        if (c >= '0' && c <= '9') {
            key = Value(c - '0');
        } else if (c == 'g' && at + 1 < pattern.size() && pattern[at + 1] == '<') {
            const std::size_t end = pattern.find('>', at);
            if (end == std::string::npos) jinja::raise_value("missing >, unterminated name");
            const std::string name = pattern.substr(at + 2, end - at - 2);
            const auto number = jinja::parse_int(name);
            key = number ? Value(*number) : Value(name);
            at = end;
        }
        if (key.is_missing()) out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
        else if (const auto group = object.item(key); group && !group->is_none()) out += group->text();
    }
    return out;
}

Value substitute(Pattern &pattern, const Value &replacement, const std::string &subject, std::int64_t limit, bool with_count) {
    const std::u32string characters = to_characters(subject);
    std::string out;
    std::size_t at = 0;
    std::int64_t count = 0;
    for (const Ptr<Match> &match : pattern.all(subject)) {
        if (limit > 0 && count >= limit) break;
        const auto [from, to] = match->match().groups[0];
        out += to_utf8(characters, at, static_cast<std::size_t>(from));
        if (replacement.is_string()) {
            out += expand(replacement.text(), *match);
        } else {
            Arguments call{{Value(match)}};
            out += jinja::to_text(replacement.object().call(call));
        }
        at = static_cast<std::size_t>(to);
        ++count;
        jinja::Guard::tick();
        jinja::Guard::string_size(out.size());
    }
    out += to_utf8(characters, at, characters.size());
    return with_count ? Value::tuple({Value(out), Value(count)}) : Value(out);
}

Value find_all(Pattern &pattern, const std::string &subject) {
    std::vector<Value> found;
    for (const Ptr<Match> &match : pattern.all(subject)) {
        const std::size_t groups = pattern.regex.group_count();
        std::vector<Value> parts;
        for (std::size_t i = 1; i <= groups; ++i) parts.push_back(match->group(i, Value("")));
        found.push_back(groups == 0 ? match->group(0, Value()) : groups == 1 ? parts[0] : Value::tuple(std::move(parts)));
    }
    return Value(std::move(found));
}

Value split(Pattern &pattern, const std::string &subject, std::int64_t limit) {
    const std::u32string characters = to_characters(subject);
    std::vector<Value> parts;
    std::size_t at = 0;
    std::int64_t count = 0;
    for (const Ptr<Match> &match : pattern.all(subject)) {
        if (limit > 0 && count++ >= limit) break;
        const auto [from, to] = match->match().groups[0];
        parts.emplace_back(to_utf8(characters, at, static_cast<std::size_t>(from)));
        for (std::size_t i = 1; i <= pattern.regex.group_count(); ++i) parts.push_back(match->group(i, Value()));
        at = static_cast<std::size_t>(to);
    }
    parts.emplace_back(to_utf8(characters, at, characters.size()));
    return Value(std::move(parts));
}

std::string subject_text(const Value &value) {
    if (value.is_string()) return value.text();
    jinja::raise_type("expected string or bytes-like object, got '" + jinja::type_name(value) + "'");
}

// A function of the pattern, whose arguments are those behind the pattern.
using Body = Value (*)(Pattern &, Arguments &);

constexpr std::pair<const char *, Body> functions[] = {
    {"match", [](Pattern &p, Arguments &a) { return p.match(subject_text(bind("match", a, {{"string"}})[0]), true, false); }},
    {"fullmatch", [](Pattern &p, Arguments &a) { return p.match(subject_text(bind("fullmatch", a, {{"string"}})[0]), true, true); }},
    {"search", [](Pattern &p, Arguments &a) { return p.match(subject_text(bind("search", a, {{"string"}})[0]), false, false); }},
    {"findall", [](Pattern &p, Arguments &a) { return find_all(p, subject_text(bind("findall", a, {{"string"}})[0])); }},
    {"finditer",
     [](Pattern &p, Arguments &a) {
         std::vector<Value> found;
         for (const Ptr<Match> &match : p.all(subject_text(bind("finditer", a, {{"string"}})[0]))) found.emplace_back(match);
         return Value(std::move(found));
     }},
    {"sub",
     [](Pattern &p, Arguments &a) {
         const auto b = bind("sub", a, {{"repl"}, {"string"}, {"count", Value(0)}});
         return substitute(p, b[0], subject_text(b[1]), jinja::to_index(b[2]), false);
     }},
    {"subn",
     [](Pattern &p, Arguments &a) {
         const auto b = bind("subn", a, {{"repl"}, {"string"}, {"count", Value(0)}});
         return substitute(p, b[0], subject_text(b[1]), jinja::to_index(b[2]), true);
     }},
    {"split",
     [](Pattern &p, Arguments &a) {
         const auto b = bind("split", a, {{"string"}, {"maxsplit", Value(0)}});
         return split(p, subject_text(b[0]), jinja::to_index(b[1]));
     }},
};

constexpr std::pair<const char *, int> flag_values[] = {{"I", 2}, {"IGNORECASE", 2}, {"M", 8}, {"MULTILINE", 8}, {"S", 16}, {"DOTALL", 16}, {"X", 64}, {"VERBOSE", 64}, {"U", 32}, {"UNICODE", 32}, {"A", 256}, {"ASCII", 256}};

Ptr<Pattern> compiled(const Value &pattern, const Value &flags) {
    if (auto *ready = pattern.object_as<Pattern>()) return ready;
    const std::int64_t bits = flags.is_missing() ? 0 : jinja::to_index(flags);
    return jinja::make<Pattern>(subject_text(pattern), RegexFlags{(bits & 2) != 0, (bits & 8) != 0, (bits & 16) != 0, (bits & 64) != 0});
}

std::optional<Value> Pattern::attribute(std::string_view name) {
    if (name == "pattern") return Value(text);
    if (name == "groups") return Value(static_cast<std::int64_t>(regex.group_count()));
    for (const auto &[known, body] : functions)
        if (name == known) return jinja::make_function(known, [self = Ptr<Pattern>(this), body = body](Arguments &a) { return body(*self, a); });
    return std::nullopt;
}

// re.sub(pattern, ...): flags may come by name or last.
Value of_module(const char *name, Body body, Arguments &arguments) {
    Value flags = arguments.take("flags"), pattern = arguments.take("pattern");
    if (pattern.is_missing()) {
        if (arguments.positional.empty()) jinja::raise_type(std::string(name) + "() missing 1 required positional argument: 'pattern'");
        pattern = arguments.positional[0];
        arguments.positional.erase(arguments.positional.begin());
    }
    const std::string which = name;
    const std::size_t most = which == "sub" || which == "subn" ? 3 : which == "split" ? 2 : 1;
    if (arguments.positional.size() == most + 1) {
        flags = arguments.positional.back();
        arguments.positional.pop_back();
    }
    return body(*compiled(pattern, flags), arguments);
}

Value escape(Arguments &a) {
    std::string out;
    for (const char c : subject_text(bind("escape", a, {{"pattern"}})[0])) {
        if (std::string_view("()[]{}?*+-|^$\\.&~# \t\n\r\v\f").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return Value(out);
}

}  // namespace

Value make_re_module() {
    auto module = jinja::make<jinja::Dict>();
    for (const auto &[name, body] : functions)
        module->set(Value(name), jinja::make_function(name, [name = name, body = body](Arguments &a) { return of_module(name, body, a); }));
    for (const auto &[name, bits] : flag_values) module->set(Value(name), Value(bits));
    module->set(Value("escape"), jinja::make_function("escape", escape));
    module->set(Value("compile"), jinja::make_function("compile", [](Arguments &a) {
                    const auto b = bind("compile", a, {{"pattern"}, {"flags", Value(0)}});
                    return Value(compiled(b[0], b[1]));
                }));
    return Value(module);
}

}  // namespace mesh::core::project
