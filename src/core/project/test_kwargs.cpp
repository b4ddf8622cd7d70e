#include "core/project/test_kwargs.h"

#include <cctype>

namespace mesh::core::project {

using jinja::Value;

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
    return text;
}

// One of the functions that may stand without braces.
bool looks_like_call(std::string_view text) {
    text = trimmed(text);
    for (std::string_view name : {"env_var", "ref", "var", "source", "doc"}) {
        if (!text.starts_with(name)) continue;
        const std::string_view rest = trimmed(text.substr(name.size()));
        return rest.size() > 2 && rest.front() == '(' && rest.back() == ')' && rest.find('\n') == std::string_view::npos;
    }
    return false;
}

// Takes what it expects off the front of a text, blanks before it left out.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take(std::string_view word) {
        rest_ = trimmed(rest_);
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    bool text(std::string &out) {
        rest_ = trimmed(rest_);
        if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return false;
        const std::size_t end = rest_.find(rest_.front(), 1);
        if (end == std::string_view::npos) return false;
        out = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return out.find('\\') == std::string::npos;
    }
    bool word(std::string &out) {
        if (text(out)) return true;
        rest_ = trimmed(rest_);
        const std::size_t end = rest_.find_first_not_of("0123456789");
        if (end == 0 || end == std::string_view::npos) return false;
        out = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return true;
    }
    bool done() { return trimmed(rest_).empty(); }

private:
    std::string_view rest_;
};

bool read_ref(Reader &reader, Ref &ref) {
    if (!reader.text(ref.name)) return false;
    while (reader.take(",")) {
        if (reader.take("version") || reader.take("v")) {
            if (!reader.take("=") || !reader.word(ref.version)) return false;
        } else {
            ref.package = ref.name;
            if (!reader.text(ref.name)) return false;
        }
    }
    return reader.take(")");
}

}  // namespace

Value render_kwarg(Session &session, const std::string &name, const Json &value, const std::string &file) {
    if (value.is_array()) {
        std::vector<Value> items;
        for (const Json &item : value) items.push_back(render_kwarg(session, "", item, file));
        return Value(std::move(items));
    }
    if (value.is_object()) {
        auto dict = jinja::make<jinja::Dict>();
        for (const auto &[key, item] : value.items()) dict->set(Value(key), render_kwarg(session, "", item, file));
        return Value(dict);
    }
    if (!value.is_string() || name == "column_name") return to_value(value);
    const auto &text = value.get_ref<const std::string &>();
    return session.render_native(looks_like_call(text) ? "{{ " + text + " }}" : text, file);
}

bool record_model(const std::string &text, ParsedText &found) {
    Reader reader(text);
    if (!reader.take("{{") || !reader.take("get_where_subquery") || !reader.take("(")) return false;
    Ref ref;
    std::string source, table;
    const bool is_ref = reader.take("ref") && reader.take("(");
    if (is_ref ? !read_ref(reader, ref)
               : !(reader.take("source") && reader.take("(") && reader.text(source) && reader.take(",") && reader.text(table) && reader.take(")")))
        return false;
    if (!reader.take(")") || !reader.take("}}") || !reader.done()) return false;
    if (is_ref) found.refs.push_back(ref);
    else found.sources.push_back({source, table});
    return true;
}

}  // namespace mesh::core::project
