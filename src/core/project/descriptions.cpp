// Descriptions with doc() in them.
#include <algorithm>

#include "core/jinja/template.h"
#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

class DocRenderer {
public:
    explicit DocRenderer(ParseState &state) : state_(state) {}

    // Renders the text in place, seen from a package; ids of the docs blocks that stand in it as they are.
    Json render(std::string &text, const std::string &package, const std::string &place) {
        if (!has_template(text)) return Json::array();
        Json used = blocks_in(text, package, place);
        text = renderer(package).render_text(text, place);
        return used;
    }

private:
    // Of {{ doc('a') }}, not of {{ doc('a') | upper }}: what becomes of a block is not the block.
    Json blocks_in(const std::string &text, const std::string &package, const std::string &place) const {
        Json used = Json::array();
        const auto parsed = jinja::Template::parse(text, place);
        for (const jinja::Stmt *statement : parsed->tree().body) {
            if (statement->kind != jinja::NodeKind::output) continue;
            for (const jinja::Expr *part : static_cast<const jinja::Output *>(statement)->parts)
                if (const Doc *found = block_of(*part, package)) used.push_back(found->unique_id);
        }
        return used;
    }

    const Doc *block_of(const jinja::Expr &part, const std::string &package) const {
        if (part.kind != jinja::NodeKind::call) return nullptr;
        const auto &call = static_cast<const jinja::Call &>(part);
        const auto &given = call.arguments.positional;
        if (call.callee->kind != jinja::NodeKind::name || static_cast<const jinja::Name &>(*call.callee).name != "doc") return nullptr;
        const auto constant = [](const jinja::Expr *one) { return one->kind == jinja::NodeKind::constant; };
        if (given.empty() || given.size() > 2 || !std::all_of(given.begin(), given.end(), constant)) return nullptr;
        const auto word = [](const jinja::Expr *one) { return jinja::to_text(static_cast<const jinja::Constant *>(one)->value); };
        return find(word(given.back()), given.size() == 2 ? word(given[0]) : "", package);
    }

    const YamlRenderer &renderer(const std::string &package) {
        if (const auto found = renderers_.find(package); found != renderers_.end()) return found->second;
        BaseOptions options;
        options.settings = &state_.settings;
        options.target = &state_.manifest.target;
        options.project_name = state_.manifest.project_name;
        options.vars = &state_.vars;
        options.package = package;
        options.var_mode = VarMode::plain;
        auto context = make_base_context(options);
        context->set("doc", jinja::make_function("doc", [this, package](jinja::Arguments &arguments) { return doc(arguments, package); }));
        return renderers_.emplace(package, YamlRenderer(context)).first->second;
    }

    jinja::Value doc(jinja::Arguments &arguments, const std::string &package) {
        const auto &given = arguments.positional;
        if (given.empty() || given.size() > 2 || !arguments.named.empty())
            jinja::raise(jinja::ErrorClass::compilation, "doc() takes the name of a docs block, or a package and a name");
        const std::string name = jinja::to_text(given.back());
        const Doc *found = find(name, given.size() == 2 ? jinja::to_text(given[0]) : "", package);
        if (!found) missing(name);
        return jinja::Value(found->block_contents);
    }

    const Doc *find(const std::string &name, const std::string &named, const std::string &package) const {
        const auto in = [&](const std::string &where) -> const Doc * {
            const auto doc = state_.manifest.docs.find("doc." + where + "." + name);
            return doc == state_.manifest.docs.end() ? nullptr : &doc->second;
        };
        if (!named.empty()) return in(named);
        const bool own_first = state_.flag("require_ref_searches_node_package_before_root");
        for (const std::string &where : {own_first ? package : state_.manifest.project_name, own_first ? state_.manifest.project_name : package})
            if (const Doc *doc = in(where)) return doc;
        for (const auto &[id, doc] : state_.manifest.docs)
            if (doc.name == name) return &doc;
        return nullptr;
    }

    [[noreturn]] void missing(const std::string &name) const {
        std::vector<std::string> names;
        for (const auto &[id, doc] : state_.manifest.docs) names.push_back(doc.name);
        jinja::TemplateError error(jinja::ErrorClass::compilation, "docs block \"" + name + "\" does not exist");
        error.sqlstate = "42704";
        error.hint = name_hint(name, names);
        throw error;
    }

    ParseState &state_;
    std::map<std::string, YamlRenderer> renderers_;
};

void render_columns(DocRenderer &docs, std::vector<ColumnInfo> &columns, const std::string &package, const std::string &place) {
    for (ColumnInfo &column : columns) {
        Json used = docs.render(column.description, package, place);
        column.extra.erase("doc_blocks");  // as it may be written
        if (!used.empty()) column.extra["doc_blocks"] = std::move(used);
    }
}

void render_member(DocRenderer &docs, Json &object, const OtherResource &other) {
    if (!object.is_object()) return;
    const auto found = object.find("description");
    if (found == object.end() || !found->is_string()) return;
    std::string text = *found;
    docs.render(text, other.package_name, other.original_file_path);
    *found = text;
}

}  // namespace

void render_descriptions(ParseState &state) {
    DocRenderer docs(state);
    for (auto &[id, node] : state.manifest.nodes) {
        const std::string place = node.patch_path.substr(std::min(node.patch_path.size(), node.patch_path.find("://") + 3));
        node.doc_blocks = docs.render(node.description, node.package_name, place);
        render_columns(docs, node.columns, node.package_name, place);
    }
    for (auto &[id, source] : state.manifest.sources) {
        if (Json used = docs.render(source.description, source.package_name, source.original_file_path); !used.empty()) source.extra["doc_blocks"] = std::move(used);
        docs.render(source.source_description, source.package_name, source.original_file_path);
        render_columns(docs, source.columns, source.package_name, source.original_file_path);
    }
    for (auto &[id, macro] : state.manifest.macros) {
        docs.render(macro.description, macro.package_name, macro.original_file_path);
        for (Json &argument : macro.arguments) {
            std::string text = argument["description"];
            docs.render(text, macro.package_name, macro.original_file_path);
            argument["description"] = text;
        }
    }
    for (auto &[id, other] : state.manifest.others) {
        render_member(docs, other.content, other);
        if (other.resource_type != ResourceType::semantic_model) continue;
        for (const char *list : {"entities", "measures", "dimensions"})
            for (Json &part : other.content[list]) render_member(docs, part, other);
    }
}

}  // namespace mesh::core::project
