#include "core/project/finish_node.h"
#include "core/project/names.h"

#include <algorithm>

#include "core/digest.h"
#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/place.h"
#include "core/project/written_config.h"

namespace mesh::core::project {

namespace {

std::string trimmed_text(const Json &value) {
    return value.is_string() ? stripped(value.get<std::string>()) : value.is_null() ? "" : python_text(value);
}

// The built-in rules, spared a call of the macros that say the same.
std::string usual_name(const ParseState &state, const std::string &component, const Json &custom, const Node &node) {
    const std::string text = trimmed_text(custom);
    if (component == "database") return custom.is_null() ? state.manifest.target.database : text;
    if (component == "schema") return custom.is_null() ? state.manifest.target.schema : state.manifest.target.schema + "_" + text;
    if (!text.empty()) return text;
    if (node.version.empty()) return node.name;
    std::string version = node.version;
    std::replace(version.begin(), version.end(), '.', '_');
    return node.name + "_v" + version;
}

std::string generated_name(ParseState &state, const std::string &component, const Json &config, const Node &node) {
    const Json custom = config.value(component, Json());
    const MacroInfo *macro = state.macros->generator(node.package_name, component);
    if (!macro || MacroFinder::built_in(macro->package_name)) {
        const MacroInfo *inner = state.macros->find(state.manifest.project_name, "postgres__generate_" + component + "_name");
        const MacroInfo *usual = state.macros->find(state.manifest.project_name, "default__generate_" + component + "_name");
        if (!inner && (!usual || MacroFinder::built_in(usual->package_name))) return usual_name(state, component, custom, node);
    }
    return trimmed_text(state.renderer->generate_name(macro->unique_id, custom, node));
}

void set_names(ParseState &state, Node &node) {
    node.database = generated_name(state, "database", node.config, node);
    node.schema = generated_name(state, "schema", node.config, node);
    node.alias = generated_name(state, "alias", node.config, node);
    if (node.resource_type == ResourceType::snapshot) {
        if (const std::string database = trimmed_text(node.config["target_database"]); !database.empty()) node.database = database;
        if (const std::string schema = trimmed_text(node.config["target_schema"]); !schema.empty()) node.schema = schema;
    }
    node.schema = fitting_name(node.schema);
}

// A command's --store-failures gives every test one, also those that keep nothing.
bool stores_failures(const Settings &settings, const Node &node) {
    return node.config["store_failures"] == true || settings.flags.value("STORE_FAILURES", Json()) == true;
}

// Models, seeds and snapshots have a relation; ephemeral models and tests that keep no failures have none.
bool has_relation(const Settings &settings, const Node &node) {
    switch (node.resource_type) {
        case ResourceType::model: return node.config["materialized"] != "ephemeral";
        case ResourceType::seed:
        case ResourceType::snapshot: return true;
        case ResourceType::test: return stores_failures(settings, node);
        default: return false;
    }
}

void set_hooks(const Json &config, const char *key, std::vector<Hook> &hooks) {
    hooks.clear();
    const auto found = config.find(key);
    if (found == config.end() || !found->is_array()) return;
    for (const Json &hook : *found) hooks.push_back({hook["sql"].get<std::string>(), hook.value("transaction", Json(true)) != false});
}

// Node-level copies of what config says.
void set_from_config(Node &node, const std::string &place) {
    const Json &config = node.config;
    for (const Json &tag : as_list(config["tags"]))
        if (tag.is_string() && std::find(node.tags.begin(), node.tags.end(), tag.get<std::string>()) == node.tags.end()) node.tags.push_back(tag);
    if (const Json &meta = config["meta"]; meta.is_object() && !meta.empty()) node.meta = meta;
    if (const Json group = config.value("group", Json()); group.is_string() && !group.empty()) node.group = group;
    node.enabled = config["enabled"] != false;
    set_hooks(config, "pre-hook", node.pre_hook);
    set_hooks(config, "post-hook", node.post_hook);
    if (const auto contract = config.find("contract"); contract != config.end()) node.contract_enforced = contract->value("enforced", Json(false)) == true;
    if (node.resource_type != ResourceType::model || !config["access"].is_string()) return;
    node.access = config["access"];
    const std::vector<std::string> known = {"private", "protected", "public"};
    if (std::find(known.begin(), known.end(), node.access) == known.end())
        fail("22023", "access \"" + node.access + "\" of model \"" + node.name + "\" is none of dbt's", place, node.line, name_hint(node.access, known));
}

void render_hooks(ParseState &state, Node &node) {
    for (const auto *hooks : {&node.pre_hook, &node.post_hook})
        for (const Hook &hook : *hooks) {
            if (hook.sql.find('{') == std::string::npos) continue;
            ParsedText parsed = state.renderer->render_hook(node, hook.sql);
            node.refs.insert(node.refs.end(), parsed.refs.begin(), parsed.refs.end());
            node.sources.insert(node.sources.end(), parsed.sources.begin(), parsed.sources.end());
            node.functions.insert(node.functions.end(), parsed.functions.begin(), parsed.functions.end());
            for (std::string &macro : parsed.macros)
                if (std::find(node.depends_on_macros.begin(), node.depends_on_macros.end(), macro) == node.depends_on_macros.end())
                    node.depends_on_macros.push_back(std::move(macro));
        }
}

// A seed is loaded before all: its hooks cannot wait for others.
void check_seed(const Node &node, const std::string &place) {
    if (node.resource_type != ResourceType::seed || (node.refs.empty() && node.sources.empty())) return;
    fail("22023", "Seeds cannot depend on other nodes: a hook of seed \"" + node.name + "\" calls ref() or source()", place, node.line,
         "Name the relation in the hook, or make it the hook of a model.");
}

}  // namespace

void finish_node(ParseState &state, Node &node, const Json &calls, const Json *patch, const std::string &place) {
    node.config = state.configs->build(node.resource_type, node.fqn, node.package_name, calls, patch, place);
    node.unrendered_config = state.configs->unrendered(node.resource_type, node.fqn, node.package_name, calls, patch);
    set_from_config(node, place);
    set_names(state, node);
    node.relation_name = has_relation(state.settings, node) ? make_relation_name(state.quoting, node.database, node.schema, fitting_name(node.alias)) : "";
    render_hooks(state, node);
    check_seed(node, place);
}

namespace {

// A foreign key's "to" is a dependency too.
void add_constraint_refs(Node &node, const std::string &place) {
    const auto add = [&](const Json &constraint) {
        const auto to = constraint.find("to");
        if (constraint.value("type", Json()) != "foreign_key" || to == constraint.end() || !to->is_string()) return;
        const auto parsed = parse_ref_or_source(to->get<std::string>());
        if (const Ref *ref = std::get_if<Ref>(&parsed)) node.refs.push_back(*ref);
        else if (const auto *source = std::get_if<std::vector<std::string>>(&parsed)) node.sources.push_back(*source);
        else fail("22023", "Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on model " + node.name + ": " + to->get<std::string>() + ".", place, node.line,
                  "Write ref('model') or source('source', 'table').");
    };
    for (const Json &constraint : node.constraints) add(constraint);
    for (const ColumnInfo &column : node.columns)
        for (const Json &constraint : column.constraints) add(constraint);
}

void check_primary_key(const Node &node, const std::string &place) {
    const auto is_key = [](const Json &constraint) { return constraint.value("type", Json()) == "primary_key"; };
    Json columns = Json::array();
    for (const ColumnInfo &column : node.columns)
        for (const Json &constraint : column.constraints)
            if (is_key(constraint)) columns.push_back(column.name);
    const std::string model = "model \"" + node.name + "\": ";
    if (columns.size() > 1)
        fail("22023", model + "Found " + std::to_string(columns.size()) + " columns (" + python_text(columns) + ") with primary key constraints defined", place, node.line,
             "Primary keys for multiple columns must be defined as a model level constraint.");
    if (!columns.empty() && std::any_of(node.constraints.begin(), node.constraints.end(), is_key))
        fail("22023", model + "Primary key constraints defined at the model level and the columns level", place, node.line,
             "Primary keys can be defined at the model level or the column level, not both.");
}

std::string python_or_none(const Json &object, const char *key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? "None" : jinja::repr_text(python_text(*found));
}

// repr() of dbt's class, which its contract checksums are made of.
std::string constraint_repr(const Json &constraint, bool of_model) {
    const std::string type = constraint["type"];
    const auto flag = [&](const char *key) { return constraint.value(key, Json(true)) == false ? "False" : "True"; };
    const auto list = [&](const char *key) { return jinja::to_text(to_value(constraint.value(key, Json::array()))); };
    std::string text = of_model ? "ModelLevelConstraint" : "ColumnLevelConstraint";
    text += "(type=<ConstraintType." + type + ": '" + type + "'>, name=" + python_or_none(constraint, "name") + ", expression=" + python_or_none(constraint, "expression");
    text += std::string(", warn_unenforced=") + flag("warn_unenforced") + ", warn_unsupported=" + flag("warn_unsupported");
    text += ", to=" + python_or_none(constraint, "to") + ", to_columns=" + list("to_columns");
    return text + (of_model ? ", columns=" + list("columns") : "") + ")";
}

std::string constraints_repr(const Json &constraints, bool of_model) {
    std::string text = "[";
    for (const Json &constraint : constraints) text += (text.size() > 1 ? ", " : "") + constraint_repr(constraint, of_model);
    return text + "]";
}

void set_contract(Node &node) {
    if (!node.contract_enforced) return;
    std::vector<const ColumnInfo *> columns;
    for (const ColumnInfo &column : node.columns) columns.push_back(&column);
    std::sort(columns.begin(), columns.end(), [](const auto *a, const auto *b) { return a->name < b->name; });
    std::string text;
    for (const ColumnInfo *column : columns)
        text += "|" + column->name + (column->data_type.empty() ? "None" : column->data_type) + constraints_repr(column->constraints, false);
    const Json &materialized = node.config["materialized"];
    if (materialized == "table" || materialized == "incremental") text += materialized.get<std::string>() + constraints_repr(node.constraints, true);
    node.extra["contract"] = {{"enforced", true}, {"alias_types", node.config["contract"]["alias_types"]}, {"checksum", sha256(text)}};
}

// A contract is of SQL, has columns, and constraints where the relation can have them.
void check_contract(ParseState &state, const Draft &draft) {
    const Node &node = draft.node;
    const std::string failed = "contract enforcement failed for model \"" + node.name + "\": ";
    if (node.columns.empty())
        fail("22023", failed + "Constraints must be defined in a `yml` schema configuration file like `schema.yml`.", draft.place, node.line,
             "List its columns with name and data_type in a property file.");
    if (node.language != "sql") fail("22023", failed + "Language Error: Expected 'sql' but found '" + node.language + "'", draft.place, node.line);
    const Json &materialized = node.config["materialized"];
    if (materialized == "table" || materialized == "incremental") return;
    const auto unsupported = [](const Json &constraint) { return constraint.is_object() && constraint.value("warn_unsupported", Json(true)) != false; };
    bool warns = std::any_of(node.constraints.begin(), node.constraints.end(), unsupported);
    for (const ColumnInfo &column : node.columns) warns = warns || std::any_of(column.constraints.begin(), column.constraints.end(), unsupported);
    if (warns)
        state.warn(draft.place, node.line, "Constraint types are not supported for " + python_text(materialized) + " materializations and will be ignored. "
                                           "Set 'warn_unsupported: false' on this constraint to ignore this warning.");
}

void finish_model(ParseState &state, Draft &draft) {
    Node &node = draft.node;
    set_contract(node);
    if (node.contract_enforced) check_contract(state, draft);
    check_primary_key(node, draft.place);
    add_constraint_refs(node, draft.place);
}

}  // namespace

namespace {

// Macros in place of dbt's own functions, which make its parser without Jinja step aside.
bool has_own_ref(const ParseState &state, const std::string &package) {
    for (const char *name : {"ref", "source", "config"})
        for (const std::string &of : {package, state.manifest.project_name})
            if (state.manifest.macros.contains("macro." + of + "." + name)) return true;
    return false;
}

// Where the project compares states by what is written: what a template comes out as does not count.
void set_written_config(ParseState &state, Draft &draft) {
    Node &node = draft.node;
    const bool jinja = node.resource_type != ResourceType::model || has_own_ref(state, node.package_name);
    const Json written = node.language == "python" ? Json::object() : written_config(node.raw_code, jinja);
    const Json &calls = written.empty() ? draft.calls : written;
    Json patch = draft.patch_config;
    if (draft.written_patch.is_object()) patch = deep_merge(patch.is_null() ? Json::object() : patch, draft.written_patch);
    node.unrendered_config = state.configs->unrendered(node.resource_type, node.fqn, node.package_name, calls, patch.is_null() ? nullptr : &patch);
}

}  // namespace

void finish_drafts(ParseState &state) {
    state.refables.clear();
    const bool compares_written = state.flag("state_modified_compare_more_unrendered_values");
    for (; !state.drafts.empty(); state.drafts.pop_front()) {
        Draft &draft = state.drafts.front();
        finish_node(state, draft.node, draft.calls, draft.patch_config.is_null() ? nullptr : &draft.patch_config, draft.place);
        if (compares_written) set_written_config(state, draft);
        if (draft.node.resource_type == ResourceType::model && draft.patch) finish_model(state, draft);
        state.add(std::move(draft.node), draft.place);
    }
}

}  // namespace mesh::core::project
