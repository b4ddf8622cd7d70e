#include "cli/artifacts.h"

#include <filesystem>
#include <fstream>

#include "cli/clock.h"
#include "cli/invocation_arguments.h"
#include "cli/manifest_compiled.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/project/artifacts.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;
namespace artifact = core::project;

std::vector<artifact::ArtifactTiming> timing_of(const Step &step) {
    const std::string start = artifact::utc_timestamp(step.finished_at - step.seconds), end = artifact::utc_timestamp(step.finished_at);
    return {{"compile", start, start}, {"execute", start, end}};
}

artifact::ArtifactResult result_of(const Step &step) {
    artifact::ArtifactResult result;
    result.unique_id = step.unique_id;
    result.status = step.status;
    result.message = step.message;
    result.relation_name = step.relation;
    result.failures = starts_with(step.unique_id, "operation.") ? step.status != "success" : step.failures;
    if (resource_type(step) != "seed") result.compiled = step.compiled.has_value() && !step.compiled->empty();
    result.compiled_code = step.compiled.value_or("");
    result.execution_time = step.seconds;
    if (step.status != "skipped") result.timing = timing_of(step);
    if (step.batch_results) result.batch_results = Json::parse(*step.batch_results, nullptr, false);
    const bool is_test = resource_type(step) == "test" || resource_type(step) == "unit_test";
    if (is_test && step.failures) result.adapter_response = artifact::test_response();
    if (!is_test && step.status == "success") result.adapter_response = artifact::adapter_response(step.message);
    return result;
}

bool holds(const std::string &path, const std::string &text) {
    std::error_code absent;
    if (fs::file_size(path, absent) != text.size() || absent) return false;
    std::ifstream file(path, std::ios::binary);
    std::string there(text.size(), '\0');
    return file.read(there.data(), static_cast<std::streamsize>(there.size())) && there == text;
}

// A run writes two files for each of its models, the same ones most of the time: a file that is emptied and written anew costs a file system
// ten times what reading it does.
void write_text(const std::string &path, const std::string &text) {
    if (holds(path, text)) return;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!file) {
        fs::create_directories(fs::path(path).parent_path());
        file.open(path, std::ios::binary | std::ios::trunc);
    }
    file << text;
    file.close();
    if (!file) throw Error("58030", "could not write \"" + path + "\"");
}

// Where dbt writes a node's SQL: at its file's path, and below that path what is one of several in a file.
std::string path_below(const NodeInfo &node) {
    const std::string file = node.package + "/" + node.original_file_path;
    if (node.resource_type == "unit_test") return file + "/" + (fs::path(node.original_file_path).parent_path() / (node.name + ".sql")).string();
    return fs::path(node.path).filename() == fs::path(node.original_file_path).filename() ? file : file + "/" + node.path;
}

// As messages and the manifest say it: by the folder as it was given.
std::string told_path(const Session &session, const std::string &folder, const NodeInfo &node) {
    return session.target_path() + folder + path_below(node);
}

bool has_file(const Step &step, const NodeInfo &node) {
    return step.compiled && !step.compiled->empty() && !node.original_file_path.empty();
}

}  // namespace

artifact::ArtifactMetadata metadata(const Session &session) {
    artifact::ArtifactMetadata data;
    data.generated_at = artifact::utc_timestamp(now());
    data.invocation_id = session.invocation_id;
    data.invocation_started_at = artifact::utc_timestamp(session.started_at);
    data.env = custom_environment(session.environment);
    return data;
}

void write_run_results(const Session &session, const std::vector<Step> &steps) {
    if (!session.writes_json()) return;
    const std::string path = session.target_folder() + "/run_results.json";
    fs::create_directories(session.target_folder());
    std::ofstream file(path + ".new", std::ios::binary | std::ios::trunc);
    file << "{\"results\": [";
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Json one = artifact::run_results_json({}, {result_of(steps[i])}, 0, Json::object());
        file << (i == 0 ? "\n" : ",\n") << one["results"][0].dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    Json rest = artifact::run_results_json(metadata(session), {}, now() - session.started_at, invocation_arguments(session));
    rest.erase("results");
    file << "\n], " << rest.dump(-1, ' ', false, Json::error_handler_t::replace).substr(1);
    file.close();
    if (!file) throw Error("58030", "could not write \"" + path + "\"");
    fs::rename(path + ".new", path);
}

void CompiledFiles::write(const Step &step) {
    const NodeInfo *node = catalog_.find(step.unique_id);
    if (!session_.writes_json() || !node || !has_file(step, *node)) return;
    write_below("/compiled/", step);
    if (executed_) write_below("/run/", step);
    written_[step.unique_id] = std::hash<std::string>()(*step.compiled);
}

std::vector<std::future<void>> CompiledFiles::write_rest(const std::vector<Step> &steps) const {
    std::vector<std::future<void>> written;
    if (!session_.writes_json()) return written;
    const auto write_all = [&](const std::string &folder) {
        for (const Step &step : steps)
            if (!is_written(step)) write_below(folder, step);
    };
    written.push_back(std::async(std::launch::async, write_all, "/compiled/"));
    if (executed_) written.push_back(std::async(std::launch::async, write_all, "/run/"));
    return written;
}

bool CompiledFiles::is_written(const Step &step) const {
    const auto found = written_.find(step.unique_id);
    return found != written_.end() && step.compiled && found->second == std::hash<std::string>()(*step.compiled);
}

void CompiledFiles::write_below(const std::string &folder, const Step &step) const {
    const NodeInfo *node = catalog_.find(step.unique_id);
    if (node && has_file(step, *node)) write_text(session_.target_folder() + folder + checked_path(path_below(*node), "the manifest"), *step.compiled);
}

void add_compiled(const Session &session, const std::vector<Step> &steps, const NodeCatalog &catalog, const std::map<std::string, std::string> &references, bool executed) {
    if (!session.writes_json()) return;
    std::map<std::string, CompiledNode> nodes;
    for (const auto &step : steps)
        if (const NodeInfo *node = catalog.find(step.unique_id); node && has_file(step, *node))
            nodes[step.unique_id] = {*step.compiled, told_path(session, "/compiled/", *node), executed ? told_path(session, "/run/", *node) : ""};
    if (nodes.empty()) return;
    const std::string path = session.target_folder() + "/manifest.json";
    write_text(path + ".new", with_compiled(read_file(path), nodes, references));
    fs::rename(path + ".new", path);
}

void tell_as_dbt(const Session &session, Step &step, const NodeInfo &node) {
    const bool is_written = session.writes_json() && has_file(step, node);
    if (is_written) step.compiled_path = told_path(session, "/compiled/", node);
    if (step.status == "success" && step.message.empty() && !node.microbatch) step.message = artifact::command_tag(node.resource_type, node.materialized, node.contract_enforced, step.reason, step.rows);
    if (step.error_kind.empty()) return;
    step.message = artifact::error_message({step.error_kind, resource_type(step), node.name, node.original_file_path, step.message,
                                            is_written ? told_path(session, "/run/", node) : ""});
}

void write_static_page(const Session &session) {
    const std::string page = session.target_folder() + "/index.html", manifest = session.target_folder() + "/manifest.json";
    if (!file_exists(page) || !file_exists(manifest)) {
        session.log->event(Level::warn, "Note", "Z050", "[" + session.log->yellow("WARNING") + "]: static_index.html is not written: " + (file_exists(page) ? manifest : page) +
                           " is not there. meshctl has no page of its own; dbt's, put there, gets the artifacts.");
        return;
    }
    std::string text = read_file(page);
    for (const auto &[place, file] : {std::pair{"\"MANIFEST.JSON INLINE DATA\"", manifest}, {"\"CATALOG.JSON INLINE DATA\"", session.target_folder() + "/catalog.json"}})
        if (const auto at = text.find(place); at != std::string::npos) text.replace(at, std::string(place).size(), read_file(file));
    write_text(session.target_folder() + "/static_index.html", text);
}

void copy_assets(const Session &session) {
    for (const auto &path : session.project.asset_paths) {
        const fs::path copy = session.target_folder() + "/" + path, original = session.project.root + "/" + path;
        fs::remove_all(copy);
        if (!fs::exists(original)) continue;
        fs::create_directories(copy.parent_path());
        fs::copy(original, copy, fs::copy_options::recursive);
    }
}

void write_sources(Session &session, const std::vector<Step> &steps, const Json &times, double elapsed) {
    std::vector<artifact::FreshnessResult> results;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        artifact::FreshnessResult result;
        result.unique_id = steps[i].unique_id;
        result.status = steps[i].status;
        result.message = steps[i].message;
        result.execution_time = steps[i].seconds;
        result.max_loaded_at = times[i]["max_loaded_at"];
        result.snapshotted_at = times[i]["snapshotted_at"];
        result.max_loaded_at_time_ago_in_s = times[i]["age"];
        result.criteria = times[i]["criteria"];
        result.adapter_response = artifact::adapter_response("SELECT 1");
        result.timing = timing_of(steps[i]);
        results.push_back(std::move(result));
    }
    // As dbt's, a path that is given is relative to the project.
    const std::string path = session.options.output ? session.in_project(*session.options.output) : session.target_folder() + "/sources.json";
    write_text(path, artifact::sources_json(metadata(session), results, elapsed).dump());
}

}  // namespace mesh::cli
