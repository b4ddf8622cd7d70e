// Materializations that a project defines itself, run through dbt's protocol.
#include <algorithm>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/base_context.h"
#include "core/project/compile.h"
#include "core/project/members.h"
#include "core/project/relation.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

std::vector<RelationInfo> returned_relations(const Node &node, const Value &result) {
    const Value *list = result.is(jinja::Kind::dict) ? result.dict().find(std::string_view("relations")) : nullptr;
    if (!list || !list->sequence())
        raise_compilation("The materialization (\"" + node.config.value("materialized", "") +
                          "\") did not explicitly return a list of relations to add to the cache. By default the target relation will be "
                          "added, but this behavior will be removed in a future version of dbt.\n\n  For more information, see:\n  "
                          "https://docs.getdbt.com/docs/creating-new-materializations");
    std::vector<RelationInfo> relations;
    for (const Value &one : *list->sequence()) {
        const auto *relation = one.object_as<Relation>();
        if (!relation) raise_compilation("Invalid return value from materialization: expected a relation, got " + jinja::type_name(one));
        relations.push_back({relation->schema(), relation->identifier(), relation->fields().type});
    }
    return relations;
}

void check_language(const Session &session, const Node &node, const std::string &macro_id) {
    const auto macro = session.manifest().macros.find(macro_id);
    if (macro == session.manifest().macros.end() || macro->second.supported_languages.empty()) return;
    const auto &languages = macro->second.supported_languages;
    if (std::find(languages.begin(), languages.end(), node.language) != languages.end()) return;
    const std::string list = jinja::repr(to_value(languages));
    throw Error("0A000", "Materialization \"" + macro->second.name + "\" only supports languages " + list + "; got \"" + node.language + "\"").with(ErrorKind::runtime);
}

}  // namespace

std::vector<RelationInfo> run_materialization(Session &session, const Node &node, const std::string &macro_id, const Compiled &compiled) {
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    frame.compiled = compiled.code;
    const Session::Entered entered(session, frame);
    return hinted(session, [&] {
        check_language(session, node, macro_id);
        const Value macro = session.macros().by_id(macro_id);
        if (macro.is_missing()) raise_compilation("materialization '" + macro_id + "' was not found");
        jinja::Arguments none;
        const Value result = macro.object().call(none);
        if (!frame.results.contains("main")) raise_compilation("main is not being called during running model");
        return returned_relations(node, result);
    });
}

}  // namespace mesh::core::project
