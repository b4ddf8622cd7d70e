// What the steps of a parse share. Each step is a function of its own file; parse.cpp runs them in order.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "core/project/base_context.h"
#include "core/project/config_tree.h"
#include "core/project/external.h"
#include "core/project/macro_finder.h"
#include "core/project/names.h"
#include "core/project/parse_renderer.h"
#include "core/project/resource_files.h"
#include "core/project/yaml.h"
#include "core/project/yaml_renderer.h"

namespace mesh::core::project {

// One entry of a list in a property file, its templates rendered but for what is rendered later.
struct Property {
    const Package *package = nullptr;
    std::string key;            // "models", "sources" ...
    std::string name;
    std::string original_path;  // of its file, below the package's root
    std::string path;           // below the resource path
    std::string place;          // of its file, as the caller knows it
    const std::string *text = nullptr;  // of its file
    unsigned line = 0;
    Json entry;
    Json unrendered = Json::object();  // a source's database and schema as written
    Json written_configs = Json::object();  // by version, "" for all: config as written, where that counts

    std::string file_id() const { return package->name + "://" + original_path; }
};

// A node on its way: what its text asked for, and the properties that were found for it.
struct Draft {
    Node node;
    const Package *package = nullptr;
    std::string place;              // its file, as the caller knows it
    Json calls = Json::object();    // all config() calls of its text, merged
    const Property *patch = nullptr;
    Json patch_config;              // of the properties, null: none
    Json written_patch;             // the config of the properties as written, null: none, or that does not count
    bool enabled_by_itself = true;  // without properties
};

// A part of a project is read, and the whole has to be.
struct NeedsWhole {
    std::string reason;
};

struct ParseState {
    ParseState(const Files &files, const Settings &settings);

    const Files &files;
    const Settings &settings;
    Manifest manifest;
    std::vector<LoadedProject> projects;  // root first
    std::unique_ptr<Configs> configs;
    Vars vars;
    Quoting quoting;                      // the root project's
    std::unique_ptr<MacroFinder> macros;
    std::unique_ptr<ParseRenderer> renderer;
    std::deque<Draft> drafts;             // enabled or not, but for generic tests
    std::deque<Property> properties;
    std::unordered_map<std::string, std::vector<Draft *>> refables;  // models, seeds and snapshots by name
    OtherProjects *others = nullptr;
    std::map<std::string, std::vector<Node>> hidden;  // of other projects that are there: models that are not public
    bool part = false;                    // a part of the project is read, see part.h
    const Manifest *rest = nullptr;       // then: what refs, sources and groups may mean beside the manifest

    const Package &root() const { return projects.front().package; }
    const YamlRenderer &yaml_renderer(const Package &package);
    // flags: of the root's dbt_project.yml.
    bool flag(const char *name) const;
    void warn(const std::string &file, unsigned line, const std::string &text, const std::string &weight = "warning");
    // Raises NeedsWhole when it is a part that is read.
    void need_whole(const std::string &reason) const;
    // Puts a finished node where it belongs; raises Error 42710 when an enabled one has its id.
    void add(Node node, const std::string &place);

private:
    std::map<std::string, YamlRenderer> yaml_renderers_;
};

// The steps, in their order.
void load_projects(ParseState &state);
void read_macros(ParseState &state);
void read_macro_calls(ParseState &state);
void start_rendering(ParseState &state);  // once the macros are there
void read_docs(ParseState &state);
void read_nodes(ParseState &state);
void read_properties(ParseState &state);
void add_yaml_snapshots(ParseState &state);
void apply_properties(ParseState &state);
void finish_drafts(ParseState &state);
void read_generic_tests(ParseState &state);
void read_sources(ParseState &state);
void read_other_resources(ParseState &state);
void add_external_nodes(ParseState &state);
void resolve_dependencies(ParseState &state);
void render_descriptions(ParseState &state);
void infer_primary_keys(ParseState &state);
void check_manifest(ParseState &state);

}  // namespace mesh::core::project
