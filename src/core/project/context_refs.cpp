// ref(), source() and metric(): recorded while parsing, relations in a run.
#include <algorithm>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/members.h"
#include "core/project/names.h"
#include "core/project/ref_lookup.h"
#include "core/project/relation.h"
#include "core/project/runtime_config.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

std::string describe(const Frame &frame) {
    if (!frame.node) return "Macro in package '" + frame.package + "'";
    return capitalized(resource_type_name(frame.node->resource_type)) + " '" + frame.node->unique_id + "' (" + frame.node->original_file_path + ")";
}

Ref read_ref(Arguments &arguments) {
    const auto &given = arguments.positional;
    if (given.empty() || given.size() > 2)
        raise_compilation("ref() takes at most two arguments (" + std::to_string(given.size()) + " given)");
    for (const Value &one : given)
        if (!one.is_string() && !(given.size() == 2 && one.is_none()))
            raise_compilation("The name argument to ref() must be a string, got " + jinja::type_name(one));
    Ref ref;
    ref.name = given.back().text();
    if (given.size() == 2 && given[0].is_string()) ref.package = given[0].text();
    for (const char *name : {"version", "v"}) {
        const Value version = arguments.take(name);
        if (ref.version.empty() && !version.is_missing() && jinja::truth(version)) ref.version = jinja::to_text(version);
    }
    return ref;
}

[[noreturn]] void not_found(const Frame &frame, const std::string &kind, const std::string &rest, const std::string &name,
                            const std::vector<std::string> &known) {
    jinja::TemplateError error(jinja::ErrorClass::compilation,
                               describe(frame) + " depends on a " + kind + " named '" + name + "' " + rest);
    error.sqlstate = "42704";
    error.hint = name_hint(name, known);
    throw error;
}

// ref() as an object, so that what it keeps is made once.
class References {
public:
    explicit References(Session &session) : session_(session) {}

    Value ref(Arguments &arguments) {
        Frame &frame = session_.frame();
        const Ref wanted = read_ref(arguments);
        if (!frame.execute()) {
            if (frame.found) frame.found->refs.push_back(wanted);
            return frame.node ? node_relation(session_, *frame.node) : make_relation("", "", wanted.name);
        }
        const auto found = lookup().ref(wanted, frame.node ? frame.node->package_name : frame.package);
        if (!found.node) missing(frame, wanted, found.disabled);
        check_declared(frame, *found.node, wanted);
        return relation(frame, *found.node);
    }

    Value source(Arguments &arguments) {
        Frame &frame = session_.frame();
        const auto &given = arguments.positional;
        if (given.size() != 2) raise_compilation("source() takes exactly two arguments (" + std::to_string(given.size()) + " given)");
        for (const Value &one : given)
            if (!one.is_string())
                raise_compilation("The source and table arguments to source() must be strings, got " + jinja::type_name(one));
        const std::string source = given[0].text(), table = given[1].text();
        if (!frame.execute()) {
            if (frame.found) frame.found->sources.push_back({source, table});
            return frame.node ? node_relation(session_, *frame.node) : make_relation("", "", table);
        }
        const auto found = lookup().source(source, table, frame.node ? frame.node->package_name : frame.package);
        if (!found.source) {
            const char *why = found.disabled ? "which is disabled" : "which was not found";
            not_found(frame, "source", why, source + "." + table, lookup().source_names());
        }
        return source_relation(frame, *found.source);
    }

    Value function(Arguments &arguments) {
        Frame &frame = session_.frame();
        const std::vector<std::string> call = read_function(arguments);
        if (!frame.execute()) {
            if (frame.found) frame.found->functions.push_back(call);
            return frame.node ? of_type_function(node_relation(session_, *frame.node)) : make_relation("", "", call.back());
        }
        const auto found = lookup().function(call, frame.node ? frame.node->package_name : frame.package);
        if (!found.node) {
            const std::string where = call.size() > 1 ? "in package or project '" + call[0] + "' " : "";
            not_found(frame, "function", where + (found.disabled ? "which is disabled" : "which was not found"), call.back(), lookup().function_names());
        }
        return of_type_function(deferred(*found.node));
    }

private:
    static std::vector<std::string> read_function(Arguments &arguments) {
        const auto &given = arguments.positional;
        if (given.empty() || given.size() > 2) raise_compilation("function() takes at most two arguments (" + std::to_string(given.size()) + " given)");
        if (!given.back().is_string()) raise_compilation("The name argument to function() must be a string, got " + jinja::type_name(given.back()));
        if (given.size() == 1 || given[0].is_none()) return {given.back().text()};
        if (!given[0].is_string()) raise_compilation("The package argument to function() must be a string or None, got " + jinja::type_name(given[0]));
        return {given[0].text(), given.back().text()};
    }

    static Value of_type_function(const Value &relation) {
        RelationFields fields = relation.object_as<Relation>()->fields();
        fields.type = "function";
        return make_relation(std::move(fields));
    }

    // A manifest that is a part of its project grows.
    const RefLookup &lookup() {
        const std::size_t size = session_.manifest().nodes.size() + session_.manifest().sources.size();
        if (!lookup_ || size != size_) lookup_ = std::make_unique<RefLookup>(session_.manifest());
        size_ = size;
        return *lookup_;
    }

    [[noreturn]] void missing(const Frame &frame, const Ref &wanted, bool disabled) {
        std::string rest = wanted.version.empty() ? "" : "with version '" + wanted.version + "' ";
        if (!wanted.package.empty()) rest += "in package or project '" + wanted.package + "' ";
        rest += disabled ? "which is disabled" : "which was not found";
        not_found(frame, "node", rest, wanted.name, lookup().ref_names());
    }

    void check_declared(const Frame &frame, const Node &target, const Ref &wanted) const {
        if (frame.phase == Phase::operation || !frame.node || frame.unit_test || frame.free_refs) return;
        const auto &declared = frame.node->depends_on_nodes;
        if (std::find(declared.begin(), declared.end(), target.unique_id) != declared.end()) return;
        const std::string call = "ref('" + (wanted.package.empty() ? "" : wanted.package + "', '") + wanted.name + "'" +
                                 (wanted.version.empty() ? "" : ", v='" + wanted.version + "'") + ")";
        jinja::TemplateError error(
            jinja::ErrorClass::compilation,
            "dbt was unable to infer all dependencies for the model \"" + frame.node->name +
                "\".\nThis typically happens when ref() is placed within a conditional block.\n\nTo fix this, add the "
                "following hint to the top of the model \"" + frame.node->name + "\":\n\n-- depends_on: {{ " + call + " }}");
        throw error;
    }

    Value relation(Frame &frame, const Node &target) {
        const auto materialized = target.config.find("materialized");
        const bool ephemeral = target.resource_type == ResourceType::model && materialized != target.config.end() &&
                               *materialized == "ephemeral";
        if (frame.unit_test) {
            note_ephemeral(frame, target.unique_id);
            return make_ephemeral_relation(target.alias);
        }
        if (!ephemeral) return limited(frame, deferred(target), target.config, target.columns);
        if (frame.phase == Phase::operation)
            raise_compilation("Operations can not ref() ephemeral nodes, but " + target.name + " is ephemeral");
        note_ephemeral(frame, target.unique_id);
        return limited(frame, make_ephemeral_relation(target.alias), target.config, target.columns);
    }

    // As the state has it, when --defer says so.
    Value deferred(const Node &target) {
        const Deferral &deferral = session_.deferral;
        const auto there = deferral.relations.find(target.unique_id);
        if (there == deferral.relations.end()) return node_relation(session_, target);
        const auto &selected = session_.selected;
        const bool favored = deferral.favor_state && std::find(selected.begin(), selected.end(), target.unique_id) == selected.end();
        if (!favored && is_here(target)) return node_relation(session_, target);
        Node state = target;
        state.database = there->second.database;
        state.schema = there->second.schema;
        state.alias = there->second.alias;
        return node_relation(session_, state);
    }

    bool is_here(const Node &target) {
        if (target.resource_type == ResourceType::function) return session_.database().has_function(target.schema, fitting_name(target.alias));
        return session_.database().find_relation(target.schema, fitting_name(target.alias)).has_value();
    }

    static void note_ephemeral(Frame &frame, const std::string &id) {
        auto &all = frame.ephemeral;
        if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
    }

    Value source_relation(Frame &frame, const Source &target) {
        if (frame.unit_test) {
            note_ephemeral(frame, target.unique_id);
            return make_ephemeral_relation(target.source_name + "__" + target.name);
        }
        return limited(frame, project::source_relation(target), target.config, target.columns);
    }

    // --empty, --sample and the batches of microbatch models.
    Value limited(const Frame &frame, const Value &relation, const Json &config, const std::vector<ColumnInfo> &columns) {
        if (frame.unit_test) return relation;
        RelationFields fields = relation.object_as<Relation>()->fields();
        if (session_.flag("EMPTY")) fields.limit = 0;
        fields.event_time = event_time(frame, config, columns);
        if (!fields.limit && !fields.event_time) return relation;
        return make_relation(std::move(fields));
    }

    std::optional<EventTimeFilter> event_time(const Frame &frame, const Json &config, const std::vector<ColumnInfo> &columns) const {
        const auto field = config.find("event_time");
        if (!frame.node || field == config.end() || !field->is_string()) return std::nullopt;
        if (frame.node->resource_type != ResourceType::model && frame.node->resource_type != ResourceType::snapshot)
            return std::nullopt;
        EventTimeFilter filter{field->get<std::string>(), "", ""};
        for (const ColumnInfo &column : columns)
            if (column.name == filter.field && column.quote) filter.field = '"' + column.name + '"';
        const auto batch = session_.batches.find(frame.node->unique_id);
        if (batch != session_.batches.end()) {
            filter.start = batch->second.start;
            filter.end = batch->second.end;
        }
        const Json &flags = session_.settings().flags;
        if (const auto sample = flags.find("SAMPLE"); sample != flags.end() && sample->is_object()) {
            filter.start = std::max(filter.start, sample->value("start", ""));
            const std::string end = sample->value("end", "");
            if (filter.end.empty() || end < filter.end) filter.end = end;
        }
        if (filter.start.empty() && filter.end.empty()) return std::nullopt;
        return filter;
    }

    Session &session_;
    std::unique_ptr<RefLookup> lookup_;
    std::size_t size_ = 0;
};

}  // namespace

std::string subject_of(const Frame &frame) {
    return frame.node ? frame.node->unique_id : "macro of " + frame.package;
}

Value source_relation(const Source &source) {
    RelationFields fields;
    if (!source.database.empty()) fields.path[0] = source.database;
    fields.path[1] = source.schema;
    fields.path[2] = source.identifier.empty() ? source.name : source.identifier;
    fields.quote = policy_from(source.quoting, fields.quote);
    return make_relation(std::move(fields));
}

Value node_relation(Session &session, const Node &node) {
    RelationFields fields;
    if (!node.database.empty()) fields.path[0] = node.database;
    if (!node.schema.empty()) fields.path[1] = node.schema;
    fields.path[2] = fitting_name(node.alias.empty() ? node.name : node.alias);
    fields.quote = policy_from(session.quoting(), fields.quote);
    if (const auto own = node.config.find("quoting"); own != node.config.end()) fields.quote = policy_from(*own, fields.quote);
    return make_relation(std::move(fields));
}

namespace {

// ref(), with dbt's ref.config.
class RefFunction : public jinja::Function {
public:
    RefFunction(const Session &session, Body body) : Function("ref", std::move(body)), session_(session) {}
    std::optional<Value> attribute(std::string_view name) override {
        return name == "config" ? std::optional(make_runtime_config(session_)) : std::nullopt;
    }

private:
    const Session &session_;
};

}  // namespace

Value make_ref(Session &session) {
    auto references = std::make_shared<References>(session);
    return Value(jinja::make<RefFunction>(session, [references](Arguments &arguments) { return references->ref(arguments); }));
}

Value make_function_reference(Session &session) {
    auto references = std::make_shared<References>(session);
    return jinja::make_function("function", [references](Arguments &arguments) { return references->function(arguments); });
}

Value make_source(Session &session) {
    auto references = std::make_shared<References>(session);
    return jinja::make_function("source", [references](Arguments &arguments) { return references->source(arguments); });
}

Value make_metric(Session &session) {
    return jinja::make_function("metric", [&session](Arguments &arguments) {
        std::vector<std::string> names;
        for (const Value &one : arguments.positional) names.push_back(jinja::to_text(one));
        if (names.empty() || names.size() > 2) raise_compilation("metric() takes at most two arguments");
        if (session.frame().found) session.frame().found->metrics.push_back(names);
        return Value(names.back());
    });
}

}  // namespace mesh::core::project
