#include "core/plan/state.h"

#include <nlohmann/json.hpp>

namespace mesh::core::plan {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

Json relation_json(const RelationState &state) {
    Json out = Json::array({state.schema, state.name, state.identity, state.shape, state.unknown, state.blocks, state.log});
    out.push_back(state.rows ? Json(*state.rows) : Json());
    out.push_back(state.horizon);
    out.push_back(state.writers);
    return out;
}

RelationState relation_from(const Json &json) {
    RelationState out;
    out.schema = json.at(0);
    out.name = json.at(1);
    out.identity = json.at(2);
    out.shape = json.at(3);
    out.unknown = json.at(4);
    out.blocks = json.at(5);
    out.log = json.at(6);
    if (!json.at(7).is_null()) out.rows = json.at(7).get<uint64_t>();
    out.horizon = json.at(8);
    out.writers = json.at(9).get<std::vector<uint64_t>>();
    return out;
}

// What happened to something that the model reads.
std::string input_reason(const RelationState &input, Rows rows) {
    std::string name = input.full_name();
    switch (rows) {
        case Rows::changed: return name + " changed";
        case Rows::replaced: return name + " was replaced or rewritten";
        case Rows::gone: return name + " is gone";
        case Rows::locked: return name + " is being changed by another session";
        case Rows::unknown: return "whether " + name + " changed cannot be known" + (input.unknown.empty() ? "" : ": " + input.unknown);
        default: return "";
    }
}

// What happened to the model's own relation.
std::string own_reason(const RelationState &own, Rows rows) {
    std::string name = own.full_name();
    switch (rows) {
        case Rows::changed: return "the rows of " + name + " were changed by hand";
        case Rows::replaced: return name + " was replaced or rewritten by hand";
        case Rows::reshaped: return "the columns or indexes of " + name + " were changed by hand";
        case Rows::gone: return name + " is gone";
        case Rows::locked: return name + " is being changed by another session";
        case Rows::unknown: return "whether " + name + " was changed by hand cannot be known" + (own.unknown.empty() ? "" : ": " + own.unknown);
        default: return "";
    }
}

// What differs between then and now before any relation is looked at.
std::string difference(const BuildState &then, const Present &now) {
    if (then.definition != now.definition) return kDefinitionChanged;
    if (then.configuration != now.configuration) return "configuration changed";
    if (then.circumstances != now.circumstances) return "session settings, variables or functions that it depends on changed";
    return "";
}

Verdict judge_relations(const BuildState &then, Eyes &eyes) {
    Verdict out;
    for (const RelationState &input : then.inputs) {
        Rows rows = input.unknown.empty() ? eyes.look(input) : Rows::unknown;
        if (std::string why = input_reason(input, rows); !why.empty()) return {Change::stale, why};
        out.look_again = out.look_again || rows != Rows::same;
    }
    if (then.own.name.empty()) return out;
    Rows rows = then.own.unknown.empty() ? eyes.look(then.own) : Rows::unknown;
    if (std::string why = own_reason(then.own, rows); !why.empty()) return {Change::changed, why};
    out.look_again = out.look_again || rows != Rows::same;
    return out;
}

}  // namespace

std::string to_text(const BuildState &state) {
    Json inputs = Json::array();
    for (const RelationState &input : state.inputs) inputs.push_back(relation_json(input));
    return Json::array({kVersion, state.definition, state.configuration, state.depends, state.circumstances, state.never, state.settled, state.log, state.run_id, state.built_at,
                        relation_json(state.own), inputs}).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<BuildState> state_from_text(const std::string &text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_array() || json.size() != 12 || json[0] != kVersion) return std::nullopt;
    try {
        BuildState out;
        out.definition = json[1];
        out.configuration = json[2];
        out.depends = json[3];
        out.circumstances = json[4];
        out.never = json[5];
        out.settled = json[6];
        out.log = json[7];
        out.run_id = json[8];
        out.built_at = json[9];
        out.own = relation_from(json[10]);
        for (const Json &input : json[11]) out.inputs.push_back(relation_from(input));
        return out;
    } catch (const Json::exception &) {
        return std::nullopt;
    }
}

std::string_view change_name(Change change) {
    switch (change) {
        case Change::created: return "new";
        case Change::changed: return "changed";
        case Change::stale: return "stale";
        default: return "unchanged";
    }
}

Verdict judge(const std::optional<BuildState> &then, const Present &now, Eyes &eyes) {
    if (!now.exists) return {Change::created, "new"};
    if (!then) return {Change::changed, "what it was built from is not known"};
    if (std::string why = difference(*then, now); !why.empty()) return {Change::changed, why};
    if (!now.rebuilt_upstream.empty()) return {Change::stale, "upstream rebuilt: " + now.rebuilt_upstream};
    if (!now.never.empty()) return {Change::stale, now.never};
    if (!then->never.empty()) return {Change::stale, then->never};
    Verdict out = judge_relations(*then, eyes);
    if (out.change == Change::unchanged && !then->settled) return {Change::stale, "its last run wrote rows, and running it again may write more"};
    return out;
}

}  // namespace mesh::core::plan
