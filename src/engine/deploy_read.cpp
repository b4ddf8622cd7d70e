#include "engine/deploy_read.h"

#include <algorithm>

#include "core/digest.h"
#include "core/project/builtin_macros.h"
#include "engine/other_projects.h"
#include "engine/project_database.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;

namespace {

std::string list(const std::set<std::string> &items) {
    return pg::array_literal({items.begin(), items.end()});
}

// The files' texts are moved: a seed may be large.
project::Files merged_files(Deployment &deployment, const project::Files &before) {
    project::Files out;
    if (deployment.partial) out = before;
    for (auto &[path, text] : deployment.files.items()) {
        if (text.is_null()) out.erase(path);
        else out[path] = std::move(text.get_ref<std::string &>());
    }
    deployment.files.clear();
    if (out.empty()) throw Error("22023", "a project needs files", "", "Give them as {\"dbt_project.yml\": \"...\", \"models/orders.sql\": \"...\"}.");
    return out;
}

void check_files(const Deployment &deployment) {
    for (const auto &[path, text] : deployment.files.items())
        if (!text.is_null() && !text.is_string()) throw Error("22023", "file \"" + path + "\" must be text");
}

// What is not given stays as it was deployed.
project::Json merged_settings(const Deployment &deployment, const std::optional<StoredProject> &before) {
    project::Json out = before ? before->settings : project::Json::object();
    out.update(deployment.settings);
    if (out.contains("env")) {
        project::Json kept = project::Json::object();
        for (const auto &[name, value] : out["env"].items())
            if (name.rfind("DBT_ENV_SECRET", 0) != 0) kept[name] = value;
        out["env"] = kept;
    }
    return out;
}

// Without regard to the order of keys, which jsonb does not keep.
bool same(const project::Json &a, const project::Json &b) {
    return Json::parse(a.dump()) == Json::parse(b.dump());
}

Resources resources_of(const Manifest &manifest) {
    Resources out;
    project::for_each_resource(manifest, [&](const std::string &id, project::Json json) { out[id] = json.dump(); });
    return out;
}

// The files that are other ones than those deployed. A file more or less is not read in part: then `why` says so.
project::Files changed_files(const Deployment &deployment, std::string &why) {
    std::map<std::string, std::string> before = file_checksums(deployment.domain);
    project::Files out;
    for (const auto &[path, text] : deployment.files.items()) {
        auto old = before.find(path);
        if (old == before.end() && text.is_null()) continue;
        if (old == before.end() || text.is_null()) why = "\"" + path + "\" is " + (text.is_null() ? "gone" : "new");
        else if (std::string now = text.get<std::string>(); core::md5(now) != old->second) out[path] = std::move(now);
        if (old != before.end()) before.erase(old);
    }
    if (!deployment.partial && !before.empty()) why = "\"" + before.begin()->first + "\" is gone";
    return out;
}

void add_test_names(const Resources &resources, std::set<std::string> &names) {
    for (const auto &[id, text] : resources) {
        if (id.rfind("test.", 0) != 0) continue;
        Manifest one;
        project::add_resource(one, project::Json::parse(text));
        for (const auto &[unique_id, node] : one.nodes) names.insert(node.name);
    }
}

// Of tests with one name all but the first are called by their ids: which those are takes all of them.
bool shares_test_names(const std::string &domain, const project::Part &part) {
    std::set<std::string> names, ids;
    add_test_names(part.before, names);
    add_test_names(part.after, names);
    if (names.empty()) return false;
    for (const Resources *resources : {&part.before, &part.after})
        for (const auto &[id, text] : *resources) ids.insert(id);
    return registry_value("select true from mesh.project_resource_registry where domain = $1 and name = any($2::text[]) and resource_type in ('test', 'unit_test')"
                          " and not unique_id = any($3::text[]) limit 1",
                          {domain, list(names), list(ids)})
        .has_value();
}

bool has_other_edges(const project::Part &part) {
    for (const auto &[id, text] : part.after) {
        auto old = part.before.find(id);
        if (old != part.before.end() && old->second == text) continue;
        auto node = part.manifest.nodes.find(id);
        if (node == part.manifest.nodes.end() || (old == part.before.end() && node->second.depends_on_nodes.size() < 2)) continue;
        if (old == part.before.end()) return true;
        Manifest one;
        project::add_resource(one, project::Json::parse(old->second));
        if (one.nodes.empty() || one.nodes.begin()->second.depends_on_nodes != node->second.depends_on_nodes) return true;
    }
    return false;
}

// Without a profile the domain's schema is the target's; a new domain has one of its own name.
project::Settings reading_settings(const StoredProject &now) {
    project::Settings out = settings_of(now, project::Json::object(), project::Json::object());
    out.log = say;
    out.warn = [](const std::string &text) { pg::warning(text); };
    if (!out.schema.empty()) return out;
    std::optional<Domain> domain = find_domain(now.domain);
    out.schema = domain ? domain->schema : now.domain;
    return out;
}

// Nothing when the whole has to be read; `why` says why.
std::optional<ReadProject> read_part(const Deployment &deployment, const std::optional<StoredProject> &before, StoredProject now, std::string &why) {
    if (!before) why = "it was not deployed before";
    else if (before->reader != now.reader) why = "it was read by another version of mesh";
    else if (!same(before->settings, now.settings)) why = "its settings are other ones";
    else if (std::string other = changed_external(deployment.domain); !other.empty()) why = "\"" + other + "\" of another project is another one";
    if (!why.empty()) return std::nullopt;
    project::Files changed = changed_files(deployment, why);
    if (!why.empty()) return std::nullopt;
    RegistryParts parts(deployment.domain);
    try {
        auto read = project::parse_part(before->head, changed, reading_settings(now), parts);
        if (auto *not_in_part = std::get_if<project::NotInPart>(&read)) why = not_in_part->reason;
        else if (shares_test_names(deployment.domain, std::get<project::Part>(read))) why = "tests of one name have to be told apart";
        if (!why.empty()) return std::nullopt;
        auto &part = std::get<project::Part>(read);
        now.read_as = "part: " + std::to_string(changed.size()) + (changed.size() == 1 ? " file" : " files") + " changed";
        bool other_edges = has_other_edges(part);
        return ReadProject{std::move(now), std::move(part.manifest), {}, std::move(changed), std::move(part.before), std::move(part.after), false, other_edges};
    } catch (const Error &) {
        why = "it has a mistake";  // reading the whole tells it with all hints
        return std::nullopt;
    }
}

// By what a project was read: the rules, and the macros that come with them.
std::string reader() {
    std::string macros;
    for (const project::BuiltinFile &file : project::builtin_files()) macros += file.text;
    return "4 " + core::md5(macros);
}

}  // namespace

ReadProject read_project(Deployment &deployment, Oid caller) {
    check_files(deployment);
    std::optional<StoredProject> before = find_project(deployment.domain);
    if (before) require_owner(get_domain(deployment.domain), caller);
    StoredProject now{deployment.domain, "", merged_settings(deployment, before), {}, reader(), "", ""};
    std::string why;
    if (std::optional<ReadProject> part = read_part(deployment, before, now, why)) return std::move(*part);
    ReadProject out;
    out.files_before = load_files(deployment.domain);
    out.files = merged_files(deployment, out.files_before);
    DeployedProjects others(deployment.domain);
    out.manifest = project::parse(out.files, reading_settings(now), &others);
    out.before = load_resources(deployment.domain);
    out.after = resources_of(out.manifest);
    out.stored = std::move(now);
    out.stored.read_as = "whole: " + why;
    return out;
}

project::Files RegistryParts::files(const std::set<std::string> &paths) {
    project::Files out;
    for (const pg::Row &row : registry("select path, content from mesh.project_file_registry where domain = $1 and path = any($2::text[])", {domain_, list(paths)}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

Resources RegistryParts::where(const std::string &condition, const Value &argument) {
    Resources out;
    for (const pg::Row &row : registry("select unique_id, content from mesh.project_resource_registry where domain = $1 and " + condition, {domain_, argument}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

Resources RegistryParts::defined_in(const std::set<std::string> &paths) {
    return paths.empty() ? Resources() : where("path = any($2::text[])", list(paths));
}

Resources RegistryParts::patched_in(const std::set<std::string> &paths) {
    return paths.empty() ? Resources() : where("patched_in = any($2::text[])", list(paths));
}

Resources RegistryParts::named(const std::set<std::string> &names) {
    return where("name = any($2::text[]) and resource_type not in ('macro', 'doc')", list(names));
}

Resources RegistryParts::of_type(const std::string &type) {
    return where("resource_type = $2", type);
}

}  // namespace mesh::engine
