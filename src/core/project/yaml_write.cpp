// YAML as PyYAML's safe dumper writes it, in block style.
#include <algorithm>

#include "core/jinja/text.h"
#include "core/project/yaml.h"

namespace mesh::core::project {

namespace {

bool control(const std::string &text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < ' ' && c != '\n') || c >= 0x7F; });
}

bool plain(const std::string &text) {
    if (text.empty() || !yaml_scalar(text).is_string()) return false;
    if (text == "=" || text == "<<" || text.front() == ' ' || text.back() == ' ' || text.find('\n') != std::string::npos) return false;
    if (std::string_view("#,[]{}&*!|>'\"%@`").find(text[0]) != std::string_view::npos) return false;
    if (std::string_view("-?:").find(text[0]) != std::string_view::npos && (text.size() == 1 || text[1] == ' ')) return false;
    if (text.rfind("---", 0) == 0 || text.rfind("...", 0) == 0) return false;
    // what looks like a date would be read as one
    if (text.size() >= 8 && text[4] == '-' && std::all_of(text.begin(), text.begin() + 4, [](char c) { return c >= '0' && c <= '9'; })) return false;
    return text.find(": ") == std::string::npos && text.find(" #") == std::string::npos && text.back() != ':';
}

std::string double_quoted(const std::string &text) {
    std::string out = "\"";
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') out += '\\', out += static_cast<char>(c);
        else if (c == '\n') out += "\\n";
        else if (c == '\t') out += "\\t";
        else if (c == '\r') out += "\\r";
        else if (c < ' ' || c == 0x7F) {
            char buffer[8];
            out.append(buffer, std::snprintf(buffer, sizeof buffer, "\\x%02X", c));
        } else out += static_cast<char>(c);
    }
    return out + '"';
}

std::string scalar(const Json &value) {
    if (value.is_null()) return "null";
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number_float()) return jinja::float_text(value.get<double>());
    if (!value.is_string()) return value.dump();
    const auto &text = value.get_ref<const std::string &>();
    if (control(text)) return double_quoted(text);
    if (plain(text)) return text;
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        if (c == '\n') out += "\n\n  ";
        else out += c;
    }
    return out + '\'';
}

std::vector<std::string> keys_of(const Json &object, bool sort) {
    std::vector<std::string> keys;
    for (const auto &item : object.items()) keys.push_back(item.key());
    if (sort) std::sort(keys.begin(), keys.end());
    return keys;
}

void write(std::string &out, const Json &value, std::size_t indent, bool sort) {
    const std::string margin(indent, ' ');
    bool first = true;
    if (value.is_array())
        for (const Json &item : value) {
            if (!std::exchange(first, false)) out += margin;
            out += "- ";
            if (item.is_structured() && !item.empty()) write(out, item, indent + 2, sort);
            else out += item.is_structured() ? item.dump() + '\n' : scalar(item) + '\n';
        }
    else
        for (const std::string &key : keys_of(value, sort)) {
            const Json &item = value[key];
            if (!std::exchange(first, false)) out += margin;
            out += scalar(key) + ':';
            if (item.is_structured() && !item.empty()) {
                const std::size_t inner = item.is_array() ? indent : indent + 2;
                out += '\n' + std::string(inner, ' ');
                write(out, item, inner, sort);
            } else out += ' ' + (item.is_structured() ? item.dump() : scalar(item)) + '\n';
        }
}

}  // namespace

std::string write_yaml(const Json &value, bool sort_keys) {
    if (value.is_structured() && !value.empty()) {
        std::string out;
        write(out, value, 0, sort_keys);
        return out;
    }
    if (value.is_structured()) return value.dump() + '\n';
    const std::string text = scalar(value);
    return text + (text[0] == '\'' || text[0] == '"' ? "\n" : "\n...\n");
}

}  // namespace mesh::core::project
