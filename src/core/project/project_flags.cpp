#include "core/project/project_flags.h"

#include <algorithm>

namespace mesh::core::project {

namespace {

constexpr ProjectFlag kFlags[] = {
    {"require_all_warnings_handled_by_warn_error", false}, {"require_batched_execution_for_custom_microbatch_strategy", false},
    {"require_explicit_package_overrides_for_builtin_materializations", true}, {"require_generic_test_arguments_property", true},
    {"require_nested_cumulative_type_params", false}, {"require_ref_searches_node_package_before_root", false}, {"require_resource_names_without_spaces", true},
    {"require_unique_project_resource_names", false}, {"require_yaml_configuration_for_mf_time_spines", false}, {"skip_nodes_if_on_run_start_fails", false},
    {"source_freshness_run_project_hooks", true}, {"state_modified_compare_more_unrendered_values", false}, {"state_modified_compare_vars", false}, {"validate_macro_args", false}};

}  // namespace

std::span<const ProjectFlag> project_flags() {
    return kFlags;
}

bool project_flag(const Json &project, const std::string &name) {
    const bool usual = std::ranges::find(kFlags, name, &ProjectFlag::name)->usual;
    const auto flags = project.find("flags");
    if (flags == project.end() || !flags->is_object()) return usual;
    const auto found = flags->find(name);
    return found != flags->end() && found->is_boolean() ? found->get<bool>() : usual;
}

bool project_flag(const Manifest &manifest, const std::string &name) {
    static const Json nothing = Json::object();
    return project_flag(manifest.packages.empty() ? nothing : manifest.root().project, name);
}

}  // namespace mesh::core::project
