// Rendering for parsing: execute is false, and what a text asks for (config, ref, source, macros) is what comes out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/jinja/object.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// What a text asked for, each in the order of its first call.
struct ParsedText {
    std::vector<Json> config_calls;                 // one object for each config(...), as rendered
    std::vector<Json> unrendered_config_calls;      // the same with arguments as written where they are templates
    std::vector<Ref> refs;                          // also repeated ones
    std::vector<std::vector<std::string>> sources;  // [source, table]
    std::vector<std::vector<std::string>> metrics;
    std::vector<std::vector<std::string>> functions; // [name] or [package, name]
    std::vector<std::string> macros;                // unique ids of those it calls itself, each once
    std::string text;                               // what it rendered to
};

class ParseRenderer {
public:
    // Both must outlive it. Of the manifest: packages, target and macros are complete before anything is rendered.
    // Macros are parsed when they are first used.
    ParseRenderer(const Manifest &manifest, const Settings &settings);
    ~ParseRenderer();
    ParseRenderer(const ParseRenderer &) = delete;
    ParseRenderer &operator=(const ParseRenderer &) = delete;

    // The text of a model, analysis, singular test, snapshot or operation, in the context of the node (whose names,
    // config and relation are as known by then). Raises TemplateError with file, line and the macros on the way;
    // lines count from first_line.
    ParsedText render(const Node &node, const std::string &text, unsigned first_line = 1);

    // A generic test: {{ test_macro(**kwargs) }} of the macro with this unique id. Strings among the kwargs are templates,
    // rendered natively in the context of the test as dbt does.
    ParsedText render_test(const Node &node, const std::string &macro_id, const Json &kwargs);

    // A hook's text, or any other that the node's config holds: what it asks for is added to the node's.
    ParsedText render_hook(const Node &node, const std::string &text);

    // Calls a macro for its value, in the context of the node when there is one. The id names the package.
    jinja::Value call_macro(const std::string &macro_id, jinja::Arguments &arguments, const Node *node);

    // generate_schema_name, generate_alias_name, generate_database_name: the macro is called with (custom name or none, node),
    // the node as templates see it in `model`. none comes back as null. Called once a node: the node's value should be lazy.
    Json generate_name(const std::string &macro_id, const Json &custom, const Node &node);

private:
    struct Inner;
    std::unique_ptr<Inner> inner_;
};

}  // namespace mesh::core::project
