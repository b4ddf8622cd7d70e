// Macros, generic tests and materializations of macro paths and tests/generic, and {% docs %} blocks.
#include "core/jinja/blocks.h"
#include "core/jinja/template.h"
#include "core/project/builtin_macros.h"
#include "core/project/macro_arguments.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

// Errors of the template engine say where the block is in its file.
template <class Action>
void in_file(const std::string &place, Action action) {
    try {
        action();
    } catch (jinja::TemplateError &error) {
        if (error.detail.find(place) == std::string::npos) error.detail = place_text(place, error.position().line) + " " + error.detail;
        throw;
    }
}

// "macro" + "x": x, "test" + "x": test_x, "materialization" + "x, adapter='a'": materialization_x_a.
std::string macro_name(const jinja::TextBlock &block, const jinja::BlockInfo *info) {
    if (block.kind == "test" || block.kind == "data_test") return "test_" + block.name;
    if (block.kind == "materialization") return "materialization_" + block.name + "_" + (info ? info->adapter : "default");
    return block.name;
}

using Macros = std::map<std::string, MacroInfo>;

void add_macro(Macros &macros, const std::string &package, const std::string &path, const std::string &place, jinja::TextBlock &block) {
    MacroInfo macro;
    std::optional<jinja::BlockInfo> info;
    if (block.kind == "materialization") {
        const auto parsed = jinja::Template::parse(block.full, place, {.first_line = block.position.line});
        const auto blocks = parsed->blocks();
        if (!blocks.empty()) info = blocks.front();
    }
    macro.name = macro_name(block, info ? &*info : nullptr);
    macro.package_name = package;
    macro.unique_id = "macro." + package + "." + macro.name;
    macro.path = macro.original_file_path = path;
    macro.macro_sql = std::move(block.full);
    macro.line = block.position.line;
    if (info) macro.supported_languages = info->supported_languages.empty() ? std::vector<std::string>{"sql"} : info->supported_languages;
    const auto [found, added] = macros.emplace(macro.unique_id, std::move(macro));
    if (!added)
        fail("42710", "dbt found multiple macros named \"" + found->second.name + "\" in the project \"" + package + "\"", place, block.position.line,
             "It is also in " + found->second.original_file_path + ", line " + std::to_string(found->second.line) + ".");
}

void read_blocks(Macros &macros, const std::string &package, const std::string &path, const std::string &place, std::string_view text,
                 const std::vector<std::string_view> &kinds) {
    if (text.find("{%") == std::string_view::npos) return;
    in_file(place, [&] {
        for (jinja::TextBlock &block : jinja::find_blocks(text, kinds)) add_macro(macros, package, path, place, block);
    });
}

// Read once: they are the program's own.
const Macros &builtin_macros() {
    static const Macros macros = [] {
        Macros read;
        for (const BuiltinFile &file : builtin_files())
            read_blocks(read, std::string(file.package), std::string(file.path), std::string(file.path), file.text,
                        {"macro", "materialization", "test", "data_test"});
        return read;
    }();
    return macros;
}

}  // namespace

void add_builtin_macros(Manifest &manifest) {
    manifest.macros.insert(builtin_macros().begin(), builtin_macros().end());
}

void read_macros(ParseState &state) {
    Macros &macros = state.manifest.macros;
    add_builtin_macros(state.manifest);
    for (const LoadedProject &project : state.projects) {
        const Package &package = project.package;
        for (const ResourceFile &file : find_files(state.files, package, package.macro_paths, {".sql"}))
            read_blocks(macros, package.name, file.original_path, file.place(), *file.text, {"macro", "materialization", "test", "data_test"});
        std::vector<std::string> generic;
        for (const std::string &path : package.test_paths) generic.push_back(path + "/generic");
        for (const ResourceFile &file : find_files(state.files, package, generic, {".sql"}))
            read_blocks(macros, package.name, file.original_path, file.place(), *file.text, {"test", "data_test"});
    }
    if (!state.flag("validate_macro_args")) return;
    for (auto &[id, macro] : macros)
        if (!MacroFinder::built_in(macro.package_name)) macro.arguments = declared_arguments(macro);
}

void start_rendering(ParseState &state) {
    state.macros = std::make_unique<MacroFinder>(state.manifest);
    state.renderer = std::make_unique<ParseRenderer>(state.manifest, state.settings);
}

void read_docs(ParseState &state) {
    const YamlRenderer renderer(jinja::make<jinja::Variables>());
    for (const LoadedProject &project : state.projects)
        for (const ResourceFile &file : find_files(state.files, project.package, project.package.docs_paths, {".md"})) {
            if (file.text->find("{%") == std::string::npos) continue;
            in_file(file.place(), [&] {
                for (const jinja::TextBlock &block : jinja::find_blocks(*file.text, {"docs"})) {
                    const std::string id = "doc." + project.package.name + "." + block.name;
                    const std::string contents = stripped(renderer.render_text(block.contents, file.place()));
                    if (!state.manifest.docs.emplace(id, Doc{id, block.name, project.package.name, file.path, file.original_path, contents}).second)
                        fail("42710", "dbt found two docs with the name \"" + block.name + "\"", file.place(), block.position.line);
                }
            });
        }
}

}  // namespace mesh::core::project
