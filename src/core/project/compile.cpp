#include "core/project/compile.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/jinja/runtime.h"
#include "core/jinja/text.h"
#include "core/project/members.h"
#include "core/project/relation.h"
#include "core/project/test_kwargs.h"

namespace mesh::core::project {

using jinja::Value;
using Ctes = std::vector<std::pair<std::string, std::string>>;

namespace {

struct Rendered {
    std::string sql;
    std::vector<std::string> ephemeral;
};

std::string file_of_node(const Session &session, const Node &node) {
    return file_of(session.manifest(), node.package_name, node.original_file_path);
}

// {{ test_x(**_dbt_generic_test_kwargs) }}: its arguments, rendered.
Value test_arguments(Session &session, const Node &node, const std::string &file) {
    auto dict = jinja::make<jinja::Dict>();
    for (const auto &[name, value] : node.test_metadata->kwargs.items()) dict->set(Value(name), render_kwarg(session, name, value, file));
    return Value(dict);
}

Rendered render_node(Session &session, const Node &node) {
    Frame frame = run_frame(node);
    const Session::Entered entered(session, frame);
    return hinted(session, [&]() -> Rendered {
        const std::string file = file_of_node(session, node);
        if (node.resource_type == ResourceType::test && node.test_metadata)
            frame.extra->set(Value("_dbt_generic_test_kwargs"), test_arguments(session, node, file));
        if (node.resource_type == ResourceType::operation) add_schemas(session, frame);
        std::string sql = session.render(node.raw_code, file, std::max(node.line, 1U));
        return {std::move(sql), std::move(frame.ephemeral)};
    });
}

void add_cte(Ctes &ctes, const std::string &id, std::string sql) {
    for (const auto &[known, text] : ctes)
        if (known == id) return;
    ctes.emplace_back(id, std::move(sql));
}

// Everything that an ephemeral model stands on comes before it.
void collect(Session &session, const std::vector<std::string> &ids, Ctes &ctes, std::set<std::string> &open) {
    for (const std::string &id : ids) {
        const auto at = session.manifest().nodes.find(id);
        if (at == session.manifest().nodes.end()) continue;
        if (!open.insert(id).second) raise_compilation("ephemeral model '" + at->second.name + "' refers to itself");
        const Rendered rendered = render_node(session, at->second);
        collect(session, rendered.ephemeral, ctes, open);
        open.erase(id);
        const std::string &alias = at->second.alias.empty() ? at->second.name : at->second.alias;
        add_cte(ctes, id, cte_text(alias, rendered.sql));
    }
}

Compiled finish(Session &session, Rendered rendered) {
    Compiled compiled;
    std::set<std::string> open;
    collect(session, rendered.ephemeral, compiled.ctes, open);
    compiled.code = inject_ctes(rendered.sql, compiled.ctes);
    compiled.asked_database = session.asked_database;
    return compiled;
}

// Skips blanks and comments; the place of the first word after them.
std::size_t skip_blank(const std::string &sql, std::size_t at) {
    while (at < sql.size()) {
        if (std::isspace(static_cast<unsigned char>(sql[at]))) {
            ++at;
        } else if (sql.compare(at, 2, "--") == 0) {
            at = std::min(sql.find('\n', at), sql.size());
        } else if (sql.compare(at, 2, "/*") == 0) {
            const std::size_t end = sql.find("*/", at + 2);
            at = end == std::string::npos ? sql.size() : end + 2;
        } else {
            break;
        }
    }
    return at;
}

bool word_at(const std::string &sql, std::size_t at, std::string_view word) {
    if (at + word.size() > sql.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(sql[at + i])) != word[i]) return false;
    return at + word.size() == sql.size() || !(std::isalnum(static_cast<unsigned char>(sql[at + word.size()])) || sql[at + word.size()] == '_');
}

}  // namespace

std::string cte_text(const std::string &identifier, const std::string &sql) {
    return " " + cte_name(identifier) + " as (\n" + sql + "\n)";
}

Frame run_frame(const Node &node) {
    Frame frame;
    frame.phase = node.resource_type == ResourceType::operation ? Phase::operation : Phase::run;
    frame.node = &node;
    return frame;
}

// What a node says under a key, "" when that is null.
static std::string text_at(const Json &node, const char *key) {
    const auto at = node.find(key);
    return at != node.end() && at->is_string() ? at->get<std::string>() : "";
}

void add_schemas(Session &session, Frame &frame) {
    std::set<std::pair<std::string, std::string>> pairs;
    for (const Json &result : session.results) {
        const Json &node = result.at("node");
        const std::string type = node.value("resource_type", ""), status = result.value("status", "");
        const bool relation = type == "model" || type == "seed" || type == "snapshot";
        if (relation && status != "error" && status != "fail" && status != "skipped") pairs.emplace(text_at(node, "database"), text_at(node, "schema"));
    }
    std::set<std::string> names;
    std::vector<Value> schemas, database_schemas;
    for (const auto &[database, schema] : pairs) {
        if (names.insert(schema).second) schemas.emplace_back(schema);
        database_schemas.push_back(Value::tuple({Value(database), Value(schema)}));
    }
    frame.extra->set(Value("schemas"), Value(std::move(schemas)));
    frame.extra->set(Value("database_schemas"), Value(std::move(database_schemas)));
}

std::string inject_ctes(const std::string &sql, const Ctes &ctes) {
    if (ctes.empty()) return sql;
    std::string text;
    for (const auto &[id, cte] : ctes) text += (text.empty() ? "" : ", ") + cte;
    // A comment before the query stays within it; a WITH of the query takes the CTEs as its first.
    std::size_t at = skip_blank(sql, 0);
    if (!word_at(sql, at, "with")) {
        const std::size_t first = std::min(sql.find_first_not_of(" \t\r\n"), sql.size());
        return sql.substr(0, first) + "with" + text + " " + sql.substr(first);
    }
    at += 4;
    if (const std::size_t next = skip_blank(sql, at); word_at(sql, next, "recursive")) at = next + 9;
    at = std::min(sql.find_first_not_of(" \t\r\n", at), sql.size());
    return sql.substr(0, at) + text + ", " + sql.substr(at);
}

Compiled compile_node(Session &session, const Node &node) {
    const Session::Rendering rendering(session);
    session.asked_database = false;
    Compiled compiled = finish(session, render_node(session, node));
    session.finished[node.unique_id] = compiled.code;
    return compiled;
}

Compiled compile_inline(Session &session, const std::string &text) {
    const Session::Rendering rendering(session);
    session.asked_database = false;
    Node node;
    node.resource_type = ResourceType::analysis;
    node.name = node.alias = "inline_query";
    node.package_name = session.manifest().project_name;
    node.unique_id = "sql_operation." + node.package_name + ".inline_query";
    node.original_file_path = "inline_query";
    node.database = session.manifest().target.database;
    node.schema = session.manifest().target.schema;
    Frame frame = run_frame(node);
    frame.free_refs = true;
    const Session::Entered entered(session, frame);
    Rendered rendered;
    try {
        rendered.sql = hinted(session, [&] { return session.render(text, "inline_query"); });
    } catch (const jinja::MacroReturn &returned) {
        rendered.sql = jinja::to_text(returned.value);
    }
    rendered.ephemeral = frame.ephemeral;
    return finish(session, std::move(rendered));
}

void add_hint(Session &session, jinja::TemplateError &error) {
    if (!error.hint.empty() || error.kind != jinja::ErrorClass::undefined) return;
    const std::string message = error.what();
    const std::size_t first = message.find('\'');
    if (message.find("' is undefined") == std::string::npos || first == std::string::npos) return;
    const std::string name = message.substr(first + 1, message.find('\'', first + 1) - first - 1);
    error.hint = name_hint(name, session.names());
    if (error.hint.empty() || error.hint.starts_with("Known are"))
        error.hint = "This can happen when calling a macro that does not exist. Check for typos and whether its package is installed.";
}

}  // namespace mesh::core::project
