#include "core/jinja/template.h"

#include "core/jinja/evaluator.h"
#include "core/jinja/native.h"
#include "core/jinja/operators.h"
#include "core/jinja/parser.h"
#include "core/jinja/scope.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

// Runs the body once; the variables are for the caller to keep or to drop.
Ptr<Activation> run_body(const Setting &setting, Writer &writer) {
    const Tree &tree = setting.source->tree();
    auto frame = make<Activation>(tree.function.slots, nullptr);
    Evaluator evaluator(setting, *frame);
    try {
        evaluator.enter(tree.function.scope);
        if (evaluator.run(tree.body, writer) == Flow::returned) throw MacroReturn(evaluator.take_result());
    } catch (TemplateError &error) {
        error.add_site({"", setting.source->name(), evaluator.position()});
        frame->drop_contents();
        throw;
    } catch (...) {
        frame->drop_contents();
        throw;
    }
    return frame;
}

std::vector<std::string> languages(const MacroNode &node) {
    std::vector<std::string> names;
    if (node.defaults.empty() || node.defaults.back()->kind != NodeKind::list) return names;
    for (const Expr *item : static_cast<const Sequence *>(node.defaults.back())->items)
        if (item->kind == NodeKind::constant) names.push_back(to_text(static_cast<const Constant *>(item)->value));
    return names;
}

BlockInfo describe_block(const MacroNode &node) {
    BlockInfo info{node.block, node.own_name, node.adapter, node.name, node.position, {}, 0, {}};
    for (const Name *parameter : node.parameters) info.parameters.push_back(parameter->name);
    info.required = node.parameters.size() - node.defaults.size();
    if (node.block == BlockKind::materialization) info.supported_languages = languages(node);
    return info;
}

}  // namespace

Ptr<Template> Template::parse(std::string_view source, std::string name, const TemplateOptions &options) {
    const Guard guard(options.limits, nullptr);
    const std::string text = normalize_source(source);
    auto tree = jinja::parse(text, name, {.dbt_names = options.dbt_names, .first_line = options.first_line});
    resolve_scopes(*tree, name);
    return Ptr<Template>(new Template(std::move(name), std::move(tree)));
}

std::vector<BlockInfo> Template::blocks() const {
    std::vector<BlockInfo> found;
    for (const Stmt *statement : tree_->body)
        if (statement->kind == NodeKind::macro)
            found.push_back(describe_block(*static_cast<const MacroNode *>(statement)));
    return found;
}

std::string Template::render(const Ptr<Context> &context, const Ptr<Environment> &environment) {
    const Guard guard(environment->limits, &environment->interrupt);
    const Setting setting{Ptr<Template>(this), context, {environment, false}};
    Writer writer(Writer::Mode::text);
    run_body(setting, writer)->drop_contents();
    return writer.join();
}

Value Template::render_native(const Ptr<Context> &context, const Ptr<Environment> &environment) {
    const Guard guard(environment->limits, &environment->interrupt);
    const Setting setting{Ptr<Template>(this), context, {environment, true}};
    Writer writer(Writer::Mode::pieces);
    run_body(setting, writer)->drop_contents();
    return writer.count() == 1 ? lone_native(writer.lone()) : Value(writer.join());
}

Module::Module(Ptr<Template> source, Ptr<Context> context, Ptr<Environment> environment) : source_(std::move(source)) {
    const Guard guard(environment->limits, &environment->interrupt);
    const Setting setting{source_, std::move(context), {environment, false}};
    Writer writer(Writer::Mode::text);
    frame_ = run_body(setting, writer);
    text_ = writer.join();
}

Module::~Module() {
    frame_->drop_contents();
}

Value Module::get(std::string_view name) const {
    for (const auto &[exported, slot] : source_->tree().exported)
        if (exported == name) return frame_->at(slot);
    return Value::missing();
}

Value Module::call(std::string_view export_name, Arguments &arguments) const {
    const Value macro = get(export_name);
    if (auto *callable = macro.object_as<Macro>()) return callable->call_from_host(arguments);
    raise(ErrorClass::attribute, "template '" + source_->name() + "' has no macro '" + std::string(export_name) + "'");
}

}  // namespace mesh::core::jinja
