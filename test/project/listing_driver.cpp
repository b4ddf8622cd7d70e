// Reads a manifest.json and does with it what the scripts beside this file compare with dbt:
//
//   listing_driver manifest FILE    the manifest written again
//   listing_driver store FILE       whether it comes back from the store unchanged, its size and times
//   listing_driver artifacts FILE   {"run_results": ..., "catalog": ..., "sources": ...} for every node of it
//   listing_driver list FILE [OLD]  for each line of its input, {"command", "select", "exclude", "selector", "resource_types",
//                                   "exclude_resource_types", "indirect_selection", "output", "output_keys", "results"}, a line
//                                   {"lines", "warnings"} or {"error"}; OLD is the manifest of --state
#include <chrono>
#include <fstream>
#include <iostream>

#include "core/error.h"
#include "core/project/artifacts.h"
#include "core/project/listing.h"
#include "core/project/macro_finder.h"
#include "core/project/manifest_json.h"
#include "core/project/select.h"
#include "core/project/store.h"

using namespace mesh::core::project;

namespace {

Manifest read(const std::string &path) {
    std::ifstream file(path);
    return manifest_from_manifest_json(Json::parse(file));
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

int store(Manifest manifest) {
    std::erase_if(manifest.macros, [](const auto &macro) { return MacroFinder::built_in(macro.second.package_name); });  // they are not stored
    const std::string text = manifest_to_store(manifest).dump();
    const auto start = std::chrono::steady_clock::now();
    const Manifest again = manifest_from_text(text);
    const double took = milliseconds_since(start);
    std::cout << manifest.nodes.size() << " nodes, " << text.size() << " bytes, read in " << took << " ms, "
              << (again == manifest ? "equal" : "DIFFERENT") << "\n";
    return again == manifest ? 0 : 1;
}

constexpr const char *kTime = "2026-01-31T12:00:00.000000Z";

Json run_results(const Manifest &manifest, const ArtifactMetadata &metadata) {
    std::vector<ArtifactResult> results;
    for (const auto &[id, node] : manifest.nodes) {
        ArtifactResult result;
        result.unique_id = id;
        result.status = node.resource_type == ResourceType::test ? "pass" : "success";
        if (node.resource_type == ResourceType::test) result.failures = 0;
        result.relation_name = node.relation_name;
        if (node.resource_type != ResourceType::seed) result.compiled = true;
        result.compiled_code = node.raw_code;
        result.timing = {{"compile", kTime, kTime}, {"execute", kTime, kTime}};
        result.adapter_response = {{"_message", "SELECT 1"}, {"rows_affected", 1}};
        results.push_back(result);
    }
    return run_results_json(metadata, results, 1.5, {{"which", "build"}});
}

Json catalog(const Manifest &manifest, const ArtifactMetadata &metadata) {
    std::vector<CatalogTable> tables;
    for (const auto &[id, source] : manifest.sources)
        tables.push_back({id, "BASE TABLE", source.database, source.schema, source.identifier, "", "owner", {{"id", "integer", "", 1}}, {}});
    for (const auto &[id, node] : manifest.nodes)
        if (!node.relation_name.empty())
            tables.push_back({id, "VIEW", node.database, node.schema, node.alias, "seen", "owner", {{"id", "integer", "key", 1}},
                              {{"rows", "Rows", "Approximate", 12}}});
    return catalog_json(metadata, tables);
}

Json sources(const Manifest &manifest, const ArtifactMetadata &metadata) {
    std::vector<FreshnessResult> results;
    for (const auto &[id, source] : manifest.sources) {
        FreshnessResult result;
        result.unique_id = id;
        result.status = source.freshness.is_null() ? "runtime error" : "warn";
        result.message = "no such relation";
        result.max_loaded_at = result.snapshotted_at = kTime;
        if (!source.freshness.is_null()) result.criteria = source.freshness;
        results.push_back(result);
    }
    return sources_json(metadata, results, 0.25);
}

Json artifacts(const Manifest &manifest) {
    const ArtifactMetadata metadata{kTime, "00000000-0000-4000-8000-000000000000", kTime, {{"team", "core"}}};
    return {{"run_results", run_results(manifest, metadata)}, {"catalog", catalog(manifest, metadata)}, {"sources", sources(manifest, metadata)}};
}

SelectOptions options_of(const Json &request, const Manifest *old) {
    SelectOptions options;
    const auto texts = [&](const char *key) { return request.value(key, std::vector<std::string>()); };
    options.command = request.value("command", "list");
    options.select = texts("select");
    options.exclude = texts("exclude");
    options.selector = request.value("selector", "");
    options.resource_types = texts("resource_types");
    options.exclude_resource_types = texts("exclude_resource_types");
    options.indirect_selection = indirect_selection_of(request.value("indirect_selection", "eager"));
    options.previous.manifest = old;
    if (request.contains("results")) options.previous.results = request["results"].get<std::map<std::string, std::string>>();
    return options;
}

Json answer(const Manifest &manifest, const Manifest *old, const Json &request) {
    try {
        const Selection selection = select(manifest, options_of(request, old));
        const auto lines = list_lines(manifest, selection.ids, list_output_of(request.value("output", "selector")),
                                      request.value("output_keys", std::vector<std::string>()));
        return {{"lines", lines}, {"warnings", selection.warnings}};
    } catch (const mesh::core::Error &error) {
        return {{"error", error.what()}};
    }
}

int list(const Manifest &manifest, const Manifest *old) {
    for (std::string request; std::getline(std::cin, request);) std::cout << answer(manifest, old, Json::parse(request)).dump() << "\n";
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    const std::string what = argc > 2 ? argv[1] : "";
    try {
        const Manifest manifest = read(argc > 2 ? argv[2] : "");
        if (what == "manifest") std::cout << manifest_text(manifest) << "\n";
        if (what == "artifacts") std::cout << artifacts(manifest).dump() << "\n";
        if (what == "list" && argc > 3) {
            const Manifest old = read(argv[3]);
            return list(manifest, &old);
        }
        if (what == "list") return list(manifest, nullptr);
        return what == "store" ? store(manifest) : 0;
    } catch (const mesh::core::Error &error) {
        std::cerr << error.what() << " " << error.detail << "\n";
    } catch (const Json::exception &error) {
        std::cerr << error.what() << "\n";
    }
    return 1;
}
