#include "core/project/session.h"

#include <algorithm>

#include "core/jinja/lexer.h"
#include "core/jinja/operators.h"
#include "core/project/column.h"
#include "core/project/members.h"
#include "core/project/node_value.h"
#include "core/project/run_result.h"
#include "core/project/runtime_config.h"
#include "core/project/python_datetime.h"
#include "core/project/relation.h"

namespace mesh::core::project {

using jinja::Ptr;
using jinja::Value;

// The one context of all macros and texts.
class Session::Lookup : public jinja::Context {
public:
    explicit Lookup(Session &session) : session_(session) {}
    bool find(const Value &name, Value &value) const override { return session_.find(name.text(), value); }

private:
    Session &session_;
};

namespace {

Json project_quoting(const Manifest &manifest) {
    if (manifest.packages.empty()) return Json::object();
    const Json &project = manifest.root().project;
    const auto at = project.find("quoting");
    return at != project.end() && at->is_object() ? *at : Json::object();
}

Value hooks_value(const std::vector<Hook> &hooks) {
    std::vector<Value> items;
    for (const Hook &hook : hooks) {
        auto dict = jinja::make<jinja::Dict>();
        dict->set(Value("sql"), Value(hook.sql));
        dict->set(Value("transaction"), Value(hook.transaction));
        dict->set(Value("index"), Value());
        items.emplace_back(dict);
    }
    return Value(std::move(items));
}

Value text_list(const std::vector<std::string> &texts) {
    std::vector<Value> items(texts.begin(), texts.end());
    return Value(std::move(items));
}

// `model.batch`: its times are datetimes.
Value batch_value(const Node &node, const BatchRange &batch) {
    auto dict = jinja::make<jinja::Dict>();
    dict->set(Value("id"), Value(batch_id(node.config.value("batch_size", ""), batch)));
    dict->set(Value("event_time_start"), read_timestamp(batch.start).value_or(Value()));
    dict->set(Value("event_time_end"), read_timestamp(batch.end).value_or(Value()));
    return Value(dict);
}

// The same value in containers of no pool; deeper ones than any package makes are left out, as cycles would have no end.
Value lasting(const Value &value, int depth = 0) {
    if (depth > 64) return Value();
    const auto all = [depth](const std::vector<Value> &items) {
        std::vector<Value> out;
        for (const Value &item : items) out.push_back(lasting(item, depth + 1));
        return out;
    };
    if (value.is(jinja::Kind::list)) return Value(all(value.list().items));
    if (value.is(jinja::Kind::tuple)) return Value::tuple(all(value.tuple().items));
    if (!value.is(jinja::Kind::dict)) return value;
    auto dict = jinja::make<jinja::Dict>();
    for (const Value &key : value.dict().keys()) dict->set(lasting(key, depth + 1), lasting(*value.dict().find(key), depth + 1));
    return Value(dict);
}

// Names whose values belong to the running frame.
enum class Mine { execute, self, model, schema, database, pre_hooks, post_hooks, sql, compiled_code, graph, env, selected, results, arguments, defer, source_node, thread };

const std::unordered_map<std::string_view, Mine> &frame_names() {
    static const std::unordered_map<std::string_view, Mine> names = {
        {"execute", Mine::execute},     {"this", Mine::self},
        {"model", Mine::model},         {"schema", Mine::schema},
        {"database", Mine::database},   {"pre_hooks", Mine::pre_hooks},
        {"post_hooks", Mine::post_hooks}, {"sql", Mine::sql},
        {"compiled_code", Mine::compiled_code}, {"graph", Mine::graph},
        {"env", Mine::env},             {"selected_resources", Mine::selected},
        {"results", Mine::results},     {"invocation_args_dict", Mine::arguments},
        {"defer_relation", Mine::defer}, {"compiled_sql", Mine::compiled_code},
        {"thread_id", Mine::thread},
    };
    return names;
}

}  // namespace

Session::Session(const Manifest &manifest, const Settings &settings, Database *database)
    : manifest_(manifest),
      settings_(settings),
      database_(database),
      quoting_(project_quoting(manifest)),
      vars_(manifest, settings),
      strict_(make_environment(false)),
      lenient_(make_environment(true)) {
    const jinja::Unpooled kept;
    context_ = jinja::make<Lookup>(*this);
}

Session::~Session() {
    if (members_) members_->drop_contents();
    for (auto &[package, base] : bases_) {
        base->values().drop_contents();  // it holds itself, as "context"
        base->drop_contents();
    }
}

Database &Session::database() {
    asked_database = true;
    if (!database_) raise_compilation("the database cannot be asked while a project is parsed");
    return *database_;
}

MacroTable &Session::macros() {
    if (!macros_) macros_ = std::make_unique<MacroTable>(manifest_, *this);
    return *macros_;
}

Frame &Session::frame() const {
    if (!frame_) raise_compilation("a template's value was used after its rendering had ended");
    return *frame_;
}

bool Session::flag(const char *name) const {
    const auto at = settings_.flags.find(name);
    return at != settings_.flags.end() && at->is_boolean() && at->get<bool>();
}

Session::Entered::Entered(Session &session, Frame &frame) : session_(session), outer_(session.frame_) {
    session.frame_ = &frame;
    if (frame.package.empty()) frame.package = frame.node ? frame.node->package_name : session.manifest_.project_name;
    if (!frame.base) frame.base = session.base_for(frame);
}

Session::Entered::~Entered() {
    session_.frame_ = outer_;
}

Session::Call::Call(Session &session, const MacroInfo &macro) : frame_(session.frame()) {
    if (frame_.depth++ != 0 || !frame_.found) return;
    auto &called = frame_.found->macros;
    if (std::find(called.begin(), called.end(), macro.unique_id) == called.end()) called.push_back(macro.unique_id);
}

Ptr<jinja::Variables> Session::base_for(const Frame &frame) {
    const bool parsing = frame.phase == Phase::parse;
    Ptr<jinja::Variables> &base = bases_[(parsing ? "p:" : "r:") + frame.package];
    if (base) return base;
    const jinja::Unpooled kept;
    BaseOptions options;
    options.settings = &settings_;
    options.target = &manifest_.target;
    options.project_name = manifest_.project_name;
    options.vars = &vars_;
    options.package = frame.package;
    options.node_name = frame.node ? frame.node->unique_id : frame.package;
    options.var_mode = parsing ? VarMode::none : VarMode::required;
    options.log = [this](const std::string &text, bool to_user) {
        if (database_) database_->log(text, to_user);
        else if (settings_.log) settings_.log(text, to_user);
    };
    base = make_base_context(options);
    const Value *var = base->values().find(std::string_view("var"));
    base->set("var", make_var(*this, vars_, var ? *var : Value()));
    return base;
}

bool Frame::reads_generic_test() const {
    return phase == Phase::parse && node && node->resource_type == ResourceType::test && node->test_metadata;
}

bool Session::find(const std::string &name, Value &value, bool with_macros) {
    Frame &now = frame();
    const std::string_view key = name;
    const auto take = [&](const Value *found) {
        if (found) value = *found;
        return found != nullptr;
    };
    if (now.extra->size() && take(now.extra->find(key))) return true;
    if (with_macros && take(macros().visible(now.package)->find(key))) return true;
    if (frame_names().contains(key)) {
        if (auto found = node_member(name)) {
            value = std::move(*found);
            return true;
        }
    }
    if (!members_) members_ = make_members();
    if (take(members_->find(key)) || take(now.base->values().find(key))) return true;
    if (!with_macros || !now.reads_generic_test()) return false;
    Value macro = macros().anywhere(name);
    if (macro.is_missing()) return false;
    value = std::move(macro);
    return true;
}

std::vector<std::string> Session::names() {
    Frame &now = frame();
    if (!members_) members_ = make_members();
    std::set<std::string> all;
    for (const Ptr<jinja::Dict> &dict : {now.extra, macros().visible(now.package), members_, Ptr<jinja::Dict>(&now.base->values())})
        for (const Value &key : dict->keys()) all.insert(key.text());
    for (const auto &[name, which] : frame_names()) all.emplace(name);
    return {all.begin(), all.end()};
}

// The name of the CTE with the rows given for `this`; none when there are none.
Value Session::unit_test_this(Frame &now) {
    for (const Json &given : now.unit_test->content.value("given", Json::array()))
        if (given.value("input", "") == "this") {
            if (std::find(now.ephemeral.begin(), now.ephemeral.end(), now.node->unique_id) == now.ephemeral.end())
                now.ephemeral.push_back(now.node->unique_id);
            return Value(cte_name(now.node->alias));
        }
    return Value();
}

std::optional<Value> Session::node_member(const std::string &name) {
    Frame &now = frame();
    const Node *node = now.node;
    switch (frame_names().at(name)) {
        case Mine::execute: return Value(now.execute());
        case Mine::self:
            if (now.unit_test) return unit_test_this(now);
            return node && node->resource_type != ResourceType::operation ? node_relation(*this, *node) : Value();
        case Mine::schema: return Value(node && !node->schema.empty() ? node->schema : manifest_.target.schema);
        case Mine::database: return Value(node && !node->database.empty() ? node->database : manifest_.target.database);
        case Mine::pre_hooks: return node ? hooks_value(node->pre_hook) : Value();
        case Mine::post_hooks: return node ? hooks_value(node->post_hook) : Value();
        case Mine::sql:
        case Mine::compiled_code: return now.compiled ? Value(*now.compiled) : Value();
        case Mine::selected: return text_list(selected);
        case Mine::arguments: return arguments_value(settings_);
        case Mine::defer: return Value();
        case Mine::thread: return Value(now.phase == Phase::run && node ? "Thread-1 (worker)" : "MainThread");  // as dbt names that of a node
        case Mine::env: {
            const Value *target = now.base->values().find(std::string_view("target"));
            return target ? *target : Value();
        }
        case Mine::results: {
            if (results.empty()) return std::nullopt;
            std::vector<Value> items;
            for (const Json &one : results) items.push_back(run_result_value(one));
            return Value(std::move(items));
        }
        case Mine::model:
            if (now.model.is_missing()) {
                now.model = node ? node_value(*node, now.compiled) : Value();
                if (const auto batch = node ? batches.find(node->unique_id) : batches.end(); batch != batches.end()) now.model.dict().set(Value("batch"), batch_value(*node, batch->second));
            }
            return now.model;
        case Mine::graph: {
            if (!now.execute()) return graph_value(manifest_, true);
            if (load_rest) std::exchange(load_rest, {})();
            const jinja::Unpooled kept;
            graph_asked_ = true;
            if (graph_.is_missing()) graph_ = graph_value(manifest_, false);
            return graph_;
        }
        case Mine::source_node: return std::nullopt;
    }
    return std::nullopt;
}

// Packages keep what they know from hook to test to hook in an entry of their own.
void Session::keep_graph() {
    if (!std::exchange(graph_asked_, false)) return;
    const jinja::Unpooled kept;
    jinja::Dict &graph = graph_.dict();
    for (const Value &key : graph.keys())
        if (!key.is_string() || !is_section_of_graph(key.text())) graph.set(lasting(key), lasting(*graph.find(key)));
}

Ptr<jinja::Dict> Session::make_members() {
    const jinja::Unpooled kept;
    auto members = jinja::make<jinja::Dict>();
    const auto set = [&](const char *name, Value value) { members->set(Value(name), std::move(value)); };
    set("ref", make_ref(*this));
    set("source", make_source(*this));
    set("function", make_function_reference(*this));
    set("metric", make_metric(*this));
    set("config", make_config(*this));
    set("adapter", make_adapter(*this));
    set("exceptions", make_exceptions(*this));
    set("context", make_context_dict(*this, true));
    set("builtins", make_context_dict(*this, false));
    auto api = jinja::make<jinja::Dict>();
    api->set(Value("Relation"), make_relation_class(quoting_));
    api->set(Value("Column"), make_column_class());
    set("api", Value(api));
    set("column", make_column_class());
    set("sql_now", Value("now()"));
    add_functions(*members, *this);
    return members;
}

std::string Session::render(const std::string &text, const std::string &name, unsigned first_line) {
    if (text.find('{') == std::string::npos) return text;
    const auto &environment = frame().phase == Phase::parse ? lenient_ : strict_;
    return jinja::Template::parse(text, name, {.first_line = first_line})->render(context_, environment);
}

Value Session::render_native(const std::string &text, const std::string &name) {
    if (text.find('{') == std::string::npos) return Value(jinja::normalize_source(text));
    const auto &environment = frame().phase == Phase::parse ? lenient_ : strict_;
    return jinja::Template::parse(text, name)->render_native(context_, environment);
}

Value Session::execute_macro(const std::string &name, jinja::Arguments &arguments) {
    const Value macro = macros().visible_macro(manifest_.project_name, name);
    if (macro.is_missing()) raise_compilation("dbt could not find a macro with the name '" + name + "' in any package");
    Frame own;
    own.phase = frame().execute() ? Phase::operation : Phase::naming;
    own.package = macros().seen_from(macro);
    const Entered entered(*this, own);
    return macro.object().call(arguments);
}

}  // namespace mesh::core::project
