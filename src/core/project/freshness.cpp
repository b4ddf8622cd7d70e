// How old a source's rows are, by dbt's macros: a project's own take the place of mesh's.
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/base_context.h"
#include "core/project/compile.h"
#include "core/project/manifest_json.h"
#include "core/project/members.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

// dbt takes times without a zone for UTC.
std::optional<std::string> utc(const Value &time) {
    if (time.is_none()) return std::nullopt;
    const std::string text = jinja::to_text(time);
    return text.size() > 10 && text.find_first_of("+-Z", 11) != std::string::npos ? text : text + "+00";
}

// What the macro returned: a result of load_result, or (of macros for older versions of dbt) its table.
FreshnessTimes times_of(const Value &result, const std::string &macro) {
    const Value *member = result.is(jinja::Kind::dict) ? result.dict().find(std::string_view("table")) : nullptr;
    const Table *table = (member ? *member : result).object_as<Table>();
    if (!table || table->rows().size() != 1 || table->rows()[0].size() != 2)
        raise_compilation("Got an invalid result from \"" + macro + "\" macro: expected one row with max_loaded_at and snapshotted_at");
    return {utc(table->rows()[0][0]), utc(table->rows()[0][1])};
}

}  // namespace

FreshnessTimes measure_freshness(Session &session, const Source &source) {
    const Session::Rendering rendering(session);
    Node stand_in;  // `this` is the source's relation
    stand_in.unique_id = source.unique_id;
    stand_in.package_name = source.package_name;
    stand_in.database = source.database;
    stand_in.schema = source.schema;
    stand_in.name = stand_in.alias = source.identifier;
    Frame frame = run_frame(stand_in);
    frame.free_refs = true;
    frame.extra->set(Value("this"), source_relation(source));
    frame.extra->set(Value("model"), to_value(manifest_json(source)));
    const Session::Entered entered(session, frame);
    return hinted(session, [&] {
        const bool by_query = !source.loaded_at_query.empty();
        const std::string name = by_query ? "collect_freshness_custom_sql" : "collect_freshness";
        jinja::Arguments call;
        call.named.emplace_back("source", source_relation(source));
        if (by_query) {
            call.named.emplace_back("loaded_at_query", Value(session.render(source.loaded_at_query, source.original_file_path)));
        } else {
            call.named.emplace_back("loaded_at_field", Value(source.loaded_at_field));
            call.named.emplace_back("filter", source.freshness.is_object() ? to_value(source.freshness.value("filter", Json())) : Value());
        }
        const Value macro = session.macros().visible_macro(session.manifest().project_name, name);
        if (macro.is_missing()) raise_compilation("macro '" + name + "' was not found");
        return times_of(macro.object().call(call), name);
    });
}

}  // namespace mesh::core::project
