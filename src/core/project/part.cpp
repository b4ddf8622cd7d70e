#include "core/project/part.h"

#include <algorithm>

#include "core/error.h"
#include "core/project/builtin_macros.h"
#include "core/project/parse.h"
#include "core/project/part_check.h"
#include "core/project/yaml.h"

namespace mesh::core::project {

namespace {

std::string patch_key(const Node &node) {
    switch (node.resource_type) {
        case ResourceType::seed: return "seeds." + node.name;
        case ResourceType::snapshot: return "snapshots." + node.name;
        case ResourceType::function: return "functions." + node.name;
        default: return "models." + node.name;
    }
}

class PartReader {
public:
    PartReader(Json head, const Files &changed, const Settings &settings, Stored &stored)
        : changed_(changed), stored_(stored), head_(manifest_from_head(std::move(head))), state_(files_, settings) {
        state_.part = true;
        state_.rest = &rest_;
    }

    Part read() {
        load_projects_and_macros();
        for (const auto &[path, text] : changed_) classify(path, text);
        find_nodes();
        load_files();
        read_resources();
        load_rest();
        resolve_dependencies(state_);
        render_descriptions(state_);
        infer_primary_keys(state_);
        check_manifest(state_);
        require_same_rest(state_, part_, stored_);
        return take_result();
    }

private:
    // What everything is read with must be as it was: another target, say, is another project.
    void load_projects_and_macros() {
        std::set<std::string> paths;
        for (const Package &package : head_.packages)
            for (const char *name : {"dbt_project.yml", "packages.yml", "dependencies.yml"}) paths.insert(package.root + name);
        files_ = stored_.files(paths);
        project::load_projects(state_);
        const Manifest &now = state_.manifest;
        if (now.project_name != head_.project_name || !(now.target == head_.target) || now.packages != head_.packages)
            state_.need_whole("the project's settings or its target are other ones");
        add_builtin_macros(state_.manifest);
        for (const auto &[id, text] : stored_.of_type("macro")) add_resource(state_.manifest, Json::parse(text));
        start_rendering(state_);
    }

    void classify(const std::string &path, const std::string &text) {
        for (const LoadedProject &project : state_.projects) {
            const FileUse use = use_of(project.package, path);
            if (use == FileUse::none || (use == FileUse::docs && text.find("{%") == std::string::npos && stored_.defined_in({path}).empty())) continue;
            if (use == FileUse::node || use == FileUse::seed) nodes_.insert(path);
            else if (use == FileUse::properties) properties_.insert(path);
            else state_.need_whole("\"" + path + "\" " + why_whole(use));
            seeds_ = seeds_ || use == FileUse::seed;
            files_[path] = text;
        }
    }

    // The names that changed property files have entries for. They must not depend on templates.
    std::set<std::string> described() const {
        std::set<std::string> names;
        for (const std::string &path : properties_) {
            const Json data = read_yaml_file(files_.at(path), path).value;
            for (const Json &list : data)
                for (const Json &entry : list)
                    if (entry.is_object() && entry.contains("name")) names.insert(name_of(entry, path));
        }
        return names;
    }

    std::string name_of(const Json &entry, const std::string &path) const {
        std::string name = python_text(entry["name"]);
        if (has_template(name)) state_.need_whole("a name in \"" + path + "\" is a template");
        return name;
    }

    void find_nodes() {
        std::set<std::string> paths = nodes_;
        paths.insert(properties_.begin(), properties_.end());
        take(stored_.defined_in(paths), true);
        take(stored_.patched_in(properties_), false);
        const std::set<std::string> names = described();
        if (!names.empty()) take(stored_.named(names), false);
        if (const std::set<std::string> versioned = versioned_names(); !versioned.empty()) take(stored_.named(versioned), false);
        for (std::set<std::string> more = other_files(); !more.empty(); more = other_files()) {
            take(stored_.defined_in(more), false);
            opened_.insert(more.begin(), more.end());
        }
        if (seeds_ && !stored_.of_type("unit_test").empty()) state_.need_whole("a seed changed, and unit tests may have their rows from it");
    }

    // Resources of the files themselves belong to the part, and of all others the nodes that have a file of their own.
    void take(const Resources &resources, bool all) {
        for (const auto &[id, text] : resources) {
            Manifest one;
            add_resource(one, Json::parse(text));
            if (!one.nodes.empty() && one.nodes.begin()->second.is_external()) continue;
            if (!one.macros.empty()) state_.need_whole("a changed file described \"" + id + "\"");
            if (!all && (one.nodes.empty() || one.nodes.begin()->second.test_metadata) && !is_disabled_node(one)) continue;
            if (!part_.before.emplace(id, text).second) continue;
            part_.add(std::move(one));
        }
    }

    // A disabled node that the part describes: it may be enabled now.
    static bool is_disabled_node(const Manifest &one) {
        return !one.disabled.empty() && !one.disabled.front().test_metadata;
    }

    // All versions of a model have their properties together.
    std::set<std::string> versioned_names() const {
        std::set<std::string> names;
        for (const auto &[id, node] : part_.old.nodes)
            if (!node.version.empty()) names.insert(node.name);
        return names;
    }

    // Files of the part's nodes that were not looked into: a file may define several snapshots.
    std::set<std::string> other_files() const {
        std::set<std::string> paths;
        for (const auto &[id, node] : part_.old.nodes)
            if (const std::string path = file_of(node); !node.test_metadata && !changed_.contains(path) && !opened_.contains(path)) paths.insert(path);
        return paths;
    }

    static std::string file_of(const Node &node) { return node.package_root + node.original_file_path; }

    std::string patched_in(const Node &node) const {
        const std::size_t end = node.patch_path.find("://");
        if (end == std::string::npos) return "";
        for (const LoadedProject &project : state_.projects)
            if (node.patch_path.compare(0, end, project.package.name) == 0) return project.package.root + node.patch_path.substr(end + 3);
        return "";
    }

    // The files of the part's nodes, and those with their properties.
    void load_files() {
        std::set<std::string> paths, described;
        for (const auto &[id, node] : part_.old.nodes) {
            if (node.test_metadata) continue;
            part_.names.insert(node.name);
            part_.keys.insert(patch_key(node));
            paths.insert(file_of(node));
            if (const std::string path = patched_in(node); !path.empty() && !changed_.contains(path)) described.insert(path);
        }
        paths.insert(described.begin(), described.end());
        for (auto &[path, text] : stored_.files(paths)) files_.emplace(path, std::move(text));
        take_tests(described);
    }

    // Tests of the part's nodes that unchanged property files define.
    void take_tests(const std::set<std::string> &described) {
        if (described.empty()) return;
        for (const auto &[id, text] : stored_.defined_in(described)) {
            Manifest one;
            add_resource(one, Json::parse(text));
            const Node *test = !one.nodes.empty() ? &one.nodes.begin()->second : !one.disabled.empty() ? &one.disabled.front() : nullptr;
            if (!test || !test->test_metadata || !part_.keys.contains(test->file_key_name)) continue;
            if (part_.before.emplace(id, text).second) part_.add(std::move(one));
        }
    }

    void read_resources() {
        if (std::any_of(files_.begin(), files_.end(), [](const auto &file) { return file.second.find("doc(") != std::string::npos; }))
            for (const auto &[id, text] : stored_.of_type("doc")) add_resource(state_.manifest, Json::parse(text));
        read_nodes(state_);
        read_properties(state_);
        keep_properties();
        add_yaml_snapshots(state_);
        apply_properties(state_);
        finish_drafts(state_);
        read_generic_tests(state_);
        read_sources(state_);
        read_other_resources(state_);
        state_.properties.clear();
    }

    // Of unchanged files those of the part's nodes.
    void keep_properties() {
        static const std::set<std::string> of_nodes = {"models", "seeds", "snapshots", "analyses", "data_tests", "functions"}, readable = {"sources", "exposures"};
        std::erase_if(state_.properties, [&](const Property &property) {
            const bool changed = properties_.contains(property.place);
            if (!changed) return !of_nodes.contains(property.key) || !part_.names.contains(property.name);
            if (!of_nodes.contains(property.key) && !readable.contains(property.key)) state_.need_whole("\"" + property.place + "\" has " + property.key);
            if (property.entry.contains("overrides")) state_.need_whole("\"" + property.place + "\" overrides a source");
            return false;
        });
    }

    // What the part refers to.
    void load_rest() {
        std::set<std::string> names;
        bool groups = false;
        const auto collect = [&](const auto &resource) {
            for (const Ref &ref : resource.refs) names.insert(ref.name);
            for (const auto &source : resource.sources)
                if (source.size() == 2) names.insert(source[0] + "." + source[1]);
        };
        for (const auto &[id, node] : state_.manifest.nodes)
            for (const auto &call : node.functions) names.insert(call.back());
        for (const auto &[id, node] : state_.manifest.nodes) collect(node), groups = groups || !node.group.empty();
        for (const auto &[id, other] : state_.manifest.others) collect(other);
        if (!names.empty()) add_rest(stored_.named(names));
        if (groups) add_rest(stored_.of_type("group"));
    }

    void add_rest(const Resources &resources) {
        const Manifest &now = state_.manifest;
        for (const auto &[id, text] : resources)
            if (!part_.before.contains(id) && !now.nodes.contains(id) && !now.sources.contains(id) && !now.others.contains(id)) add_resource(rest_, Json::parse(text));
    }

    Part take_result() {
        Part part;
        Manifest &manifest = state_.manifest;
        auto macros = std::exchange(manifest.macros, {});
        auto docs = std::exchange(manifest.docs, {});
        for_each_resource(manifest, [&](const std::string &id, const Json &json) { part.after[id] = json.dump(); });
        part.before = std::move(part_.before);
        take_warnings();
        manifest.macros = std::move(macros);
        manifest.docs = std::move(docs);
        manifest.nodes.merge(rest_.nodes);
        manifest.sources.merge(rest_.sources);
        manifest.on_run_start = std::move(head_.on_run_start);
        manifest.on_run_end = std::move(head_.on_run_end);
        manifest.selectors = std::move(head_.selectors);
        manifest.metadata = std::move(head_.metadata);
        part.manifest = std::move(manifest);
        return part;
    }

    // Those about the files that were read, and about all others as they were.
    void take_warnings() {
        std::set<std::string> read = properties_;
        for (const auto &[id, node] : part_.old.nodes)
            if (!node.test_metadata) read.insert(file_of(node));
        std::erase_if(state_.manifest.warnings, [&](const Warning &warning) { return !read.contains(warning.file); });
        for (Warning &warning : head_.warnings)
            if (!read.contains(warning.file)) state_.manifest.warnings.push_back(std::move(warning));
        sort_warnings(state_.manifest);
    }

    const Files &changed_;
    Stored &stored_;
    Manifest head_, rest_;
    Files files_;  // those that are read
    std::set<std::string> nodes_, properties_, opened_;
    bool seeds_ = false;
    OldPart part_;
    ParseState state_;
};

}  // namespace

std::variant<Part, NotInPart> parse_part(Json head, const Files &changed, const Settings &settings, Stored &stored) {
    const jinja::Pool pool;
    try {
        return PartReader(std::move(head), changed, settings, stored).read();
    } catch (const NeedsWhole &whole) {
        return NotInPart{whole.reason};
    }
}

}  // namespace mesh::core::project
