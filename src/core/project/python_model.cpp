#include "core/project/python_model.h"

#include <regex>

#include "core/jinja/native.h"
#include "core/project/base_context.h"
#include "core/project/names.h"

namespace mesh::core::project {

namespace {

// The arguments behind an opening parenthesis, split at commas that stand in no bracket or quotes.
std::vector<std::string> arguments(const std::string &text, std::size_t at) {
    std::vector<std::string> found(1);
    int depth = 0;
    for (char quote = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '{') {
            ++depth;
        } else if (c == ')' || c == ']' || c == '}') {
            if (depth-- == 0) break;
        } else if (c == ',' && depth == 0) {
            found.emplace_back();
            continue;
        }
        found.back() += c;
    }
    return found;
}

std::string trimmed(const std::string &text) {
    const std::size_t start = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
    return start == std::string::npos ? "" : text.substr(start, end - start + 1);
}

Json config_call(const std::string &text, std::size_t at) {
    Json call = Json::object();
    for (const std::string &argument : arguments(text, at)) {
        const std::size_t equals = argument.find('=');
        if (equals == std::string::npos) continue;
        if (const auto value = jinja::parse_literal(trimmed(argument.substr(equals + 1)))) call[trimmed(argument.substr(0, equals))] = to_json_value(*value);
    }
    return call;
}

}  // namespace

ParsedText read_python_model(const std::string &text) {
    static const std::regex call(R"(\bdbt\s*\.\s*(ref|source|config)\s*\()");
    ParsedText parsed;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), call); it != std::sregex_iterator(); ++it) {
        const std::string kind = (*it)[1];
        const std::size_t at = static_cast<std::size_t>(it->position() + it->length());
        if (kind == "config") {
            parsed.config_calls.push_back(config_call(text, at));
            continue;
        }
        std::string written = kind + "(";
        for (const std::string &argument : arguments(text, at)) written += argument + ",";
        const auto found = parse_ref_or_source(written + ")");
        if (const Ref *ref = std::get_if<Ref>(&found)) parsed.refs.push_back(*ref);
        else if (const auto *source = std::get_if<std::vector<std::string>>(&found)) parsed.sources.push_back(*source);
    }
    return parsed;
}

}  // namespace mesh::core::project
