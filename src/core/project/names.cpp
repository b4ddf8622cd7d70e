#include "core/project/names.h"

#include <algorithm>

#include "core/digest.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"
#include "core/project/base_context.h"

namespace mesh::core::project {

std::vector<std::string> make_fqn(const std::string &package, const std::string &path, const std::string &name) {
    std::vector<std::string> fqn{package};
    for (std::size_t at = 0;;) {
        const std::size_t end = path.find('/', at);
        if (end == std::string::npos) break;
        fqn.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    fqn.push_back(name);
    return fqn;
}

void Quoting::apply(const Json &quoting) {
    if (!quoting.is_object()) return;
    const auto set = [&](const char *key, bool &value) {
        const auto found = quoting.find(key);
        if (found != quoting.end() && found->is_boolean()) value = found->get<bool>();
    };
    set("database", database);
    set("schema", schema);
    set("identifier", identifier);
}

std::string in_quotes(const std::string &name) {
    std::string out = "\"";
    for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

std::string make_relation_name(const Quoting &quoting, const std::string &database, const std::string &schema, const std::string &identifier) {
    std::string name;
    const auto add = [&](const std::string &part, bool quoted) {
        if (part.empty()) return;
        if (!name.empty()) name += '.';
        name += quoted ? in_quotes(part) : part;
    };
    add(database, quoting.database);
    add(schema, quoting.schema);
    add(identifier, quoting.identifier);
    return name;
}

std::string python_text(const Json &value) {
    if (value.is_string()) return value.get<std::string>();
    return jinja::to_text(to_value(value));
}

namespace {

// Runs of what is no letter, digit or underscore become one underscore.
std::string cleaned(const std::string &text) {
    std::string out;
    bool gap = false;
    for (const unsigned char c : text) {
        const bool good = c < 0x80 && (std::isalnum(c) || c == '_');
        if (good) out += static_cast<char>(c);
        else if (!gap) out += '_';
        gap = !good;
    }
    return out;
}

std::vector<std::string> sorted_keys(const Json &object) {
    std::vector<std::string> keys;
    for (const auto &item : object.items()) keys.push_back(item.key());
    std::sort(keys.begin(), keys.end());
    return keys;
}

// repr() of the data with every leaf as text and keys in order.
void append_hashable(std::string &out, const Json &data) {
    bool first = true;
    if (data.is_object()) {
        out += '{';
        for (const std::string &key : sorted_keys(data)) {
            if (!std::exchange(first, false)) out += ", ";
            out += jinja::repr_text(key) + ": ";
            append_hashable(out, data[key]);
        }
        out += '}';
    } else if (data.is_array()) {
        out += '[';
        for (const Json &item : data) {
            if (!std::exchange(first, false)) out += ", ";
            append_hashable(out, item);
        }
        out += ']';
    } else {
        out += jinja::repr_text(python_text(data));
    }
}

}  // namespace

TestNames make_test_names(const std::string &test, const std::string &target, const Json &arguments) {
    std::string unique;
    bool first = true;
    const auto add = [&](const Json &part) {
        if (!std::exchange(first, false)) unique += "__";
        unique += cleaned(python_text(part));
    };
    for (const std::string &key : sorted_keys(arguments)) {
        if (key == "model") continue;
        const Json &value = arguments[key];
        if (value.is_structured())
            for (const Json &part : value) add(part);
        else
            add(value);
    }
    const std::string identifier = test + "_" + target;
    TestNames names{identifier + "_" + unique, ""};
    names.shortened = names.full;
    if (jinja::count_characters(names.full) >= 64)
        names.shortened = identifier.substr(0, jinja::byte_offset(identifier, 30)) + "_" + md5(names.full);
    return names;
}

std::string test_hash(const std::string &name, const TestMetadata &metadata) {
    std::string text = name + "{'kwargs': ";
    append_hashable(text, metadata.kwargs);
    text += ", 'name': " + jinja::repr_text(metadata.name) + ", 'namespace': ";
    text += (metadata.package.empty() ? "'None'" : jinja::repr_text(metadata.package)) + "}";
    return md5(text).substr(22);
}

std::string version_name(const Json &version) {
    return version.is_null() ? "" : python_text(version);
}

bool version_less(const std::string &a, const std::string &b) {
    const auto x = jinja::parse_float(a), y = jinja::parse_float(b);
    return x && y ? *x < *y : a < b;
}

namespace {

class RefScanner {
public:
    explicit RefScanner(const std::string &text) : text_(text) {}

    std::variant<std::monostate, Ref, std::vector<std::string>> scan() {
        space();
        const bool ref = word("ref"), source = !ref && word("source");
        space();
        if ((!ref && !source) || !take('(')) return {};
        if (!arguments() || !take(')')) return {};
        space();
        if (at_ != text_.size()) return {};
        if (source) return positional_.size() == 2 && version_.empty() ? decltype(scan())(positional_) : decltype(scan())();
        if (positional_.empty() || positional_.size() > 2) return {};
        return Ref{positional_.back(), positional_.size() == 2 ? positional_[0] : "", version_};
    }

private:
    void space() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    }
    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool word(const char *word) {
        const std::size_t length = std::char_traits<char>::length(word);
        if (text_.compare(at_, length, word) != 0) return false;
        at_ += length;
        return true;
    }
    bool quoted(std::string &value) {
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return false;
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == std::string::npos) return false;
        value = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return value.find('\\') == std::string::npos;
    }
    bool number(std::string &value) {
        const std::size_t start = at_;
        while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) ++at_;
        value = text_.substr(start, at_ - start);
        return at_ > start;
    }
    bool arguments() {
        for (space(); at_ < text_.size() && text_[at_] != ')'; space()) {
            std::string value;
            if (word("version") || word("v")) {
                space();
                if (!take('=')) return false;
                space();
                if (!quoted(version_) && !number(version_)) return false;
            } else if (quoted(value) && version_.empty()) {
                positional_.push_back(value);
            } else {
                return false;
            }
            space();
            if (!take(',')) break;
        }
        return true;
    }

    const std::string &text_;
    std::size_t at_ = 0;
    std::vector<std::string> positional_;
    std::string version_;
};

}  // namespace

std::variant<std::monostate, Ref, std::vector<std::string>> parse_ref_or_source(const std::string &text) {
    return RefScanner(text).scan();
}

std::string fitting_name(const std::string &name) {
    constexpr std::size_t longest = 63, hash = 8;
    if (name.size() <= longest) return name;
    std::size_t keep = longest - hash - 1;
    while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xC0) == 0x80) --keep;
    return name.substr(0, keep) + "_" + md5(name).substr(0, hash);
}

}  // namespace mesh::core::project
