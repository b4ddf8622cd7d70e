#include "core/project/parse.h"

#include "core/jinja/ref.h"
#include "core/project/parse_state.h"

namespace mesh::core::project {

namespace {

Manifest parse_all(ParseState &state) {
    load_projects(state);
    read_macros(state);
    read_docs(state);
    read_nodes(state);
    read_properties(state);
    add_yaml_snapshots(state);
    apply_properties(state);
    finish_drafts(state);
    read_generic_tests(state);
    read_sources(state);
    read_other_resources(state);
    state.properties.clear();
    add_external_nodes(state);
    resolve_dependencies(state);
    render_descriptions(state);
    infer_primary_keys(state);
    check_manifest(state);
    return std::move(state.manifest);
}

}  // namespace

Manifest parse(const Files &files, const Settings &settings, const Manifest *, OtherProjects *others) {
    const jinja::Pool pool;  // frees what templates tie into cycles, contexts above all
    ParseState state(files, settings);
    state.others = others;
    return parse_all(state);
}

}  // namespace mesh::core::project
