#include "core/project/parse.h"

#include <algorithm>
#include <tuple>

#include "core/jinja/ref.h"
#include "core/project/parse_state.h"

namespace mesh::core::project {

namespace {

Manifest parse_all(ParseState &state) {
    load_projects(state);
    read_macros(state);
    start_rendering(state);
    read_macro_calls(state);
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
    sort_warnings(state.manifest);
    return std::move(state.manifest);
}

}  // namespace

Manifest parse(const Files &files, const Settings &settings, OtherProjects *others) {
    const jinja::Pool pool;  // frees what templates tie into cycles, contexts above all
    ParseState state(files, settings);
    state.others = others;
    return parse_all(state);
}

void sort_warnings(Manifest &manifest) {
    std::stable_sort(manifest.warnings.begin(), manifest.warnings.end(),
                     [](const Warning &a, const Warning &b) { return std::tie(a.file, a.line, a.text) < std::tie(b.file, b.line, b.text); });
}

}  // namespace mesh::core::project
