#include "engine/unchanged.h"

#include <algorithm>

#include "core/digest.h"
#include "engine/seed.h"
#include "engine/setting.h"
#include "engine/snapshot.h"
#include "pg/relation.h"
#include "pg/storage.h"

namespace mesh::engine {

using planning::BuildState;
using planning::Change;
using planning::Present;
using planning::Rows;
using planning::Verdict;

std::optional<std::set<std::string>> unaffected_columns(const Domain &domain, const std::string &before, const std::string &after) {
    return pg::as_role(owner_of(domain), domain.search_path(), [&] {
        std::map<std::string, std::string> old = pg::column_fingerprints(before), now = pg::column_fingerprints(after);
        std::optional<std::set<std::string>> out;
        if (old.empty() || now.empty() || old[""] != now[""]) return out;
        out.emplace();
        for (const auto &[column, fingerprint] : now)
            if (auto found = old.find(column); found != old.end() && found->second == fingerprint) out->insert(column);
        return out;
    });
}

namespace {

constexpr int kMostLevels = 64;  // of ephemeral models in one another

// Settings that say nothing about the rows, nor about the relation.
bool is_remark(const std::string &key) {
    return key == "meta" || key == "tags" || key == "docs" || key == "group" || key == "access" || key == "skip_unchanged" || key == "event_time" || key == "full_refresh";
}

bool has_statements(const Model &model, const char *key) {
    auto found = model.config.find(key);
    return found != model.config.end() && !found->is_null() && !found->empty() && *found != "";
}

bool is_ephemeral(const Model &model) {
    return model.materialized == "ephemeral";
}

// Eyes that notice what asks for a second look at the definition: a relation that has other columns than it had.
class Watching : public planning::Eyes {
public:
    Watching(Mesh &mesh, planning::Eyes &eyes, const Model &model) : mesh_(mesh), eyes_(eyes), model_(model) {}

    Rows look(const planning::RelationState &then) override {
        Rows rows = eyes_.look(then);
        if (rows != Rows::reshaped) return rows;
        if (then.schema == target_schema(mesh_.domain(model_.domain), model_) && then.name == target_identifier(model_)) return rows;
        // The columns of what the mesh built are those of its model; others somebody has changed by hand.
        if (const Domain *owner = mesh_.domain_with_schema(then.schema); owner != nullptr && mesh_.find_model_at(*owner, then.schema, then.name) != nullptr) return Rows::changed;
        reshaped_ = true;
        return rows;
    }
    bool reshaped() const { return reshaped_; }

private:
    Mesh &mesh_;
    planning::Eyes &eyes_;
    const Model &model_;
    bool reshaped_ = false;
};

}  // namespace

Unchanged::Unchanged(Mesh &mesh, const Selection &selection, const Baseline &baseline, bool force)
    : mesh_(mesh), selection_(selection), force_(force), states_(baseline), now_(baseline.log) {}

Verdict Unchanged::judge(const Model &model, bool exists) {
    if (force_) return {Change::stale, "forced"};
    Verdict out;
    ErrorData *error = pg::try_in_subtransaction([&] { out = judge_known(model, exists); });
    if (error != nullptr) return {Change::changed, "what it was built from cannot be looked at: " + std::string(error->message == nullptr ? "" : error->message)};
    return out;
}

Verdict Unchanged::judge_known(const Model &model, bool exists) {
    std::optional<BuildState> state = planning::state_from_text(model.built_state);
    Present now;
    now.exists = is_ephemeral(model) ? !model.built_state.empty() : exists && !model.built_kind.empty();
    now.definition = definition(model);
    now.configuration = configuration(model);
    now.rebuilt_upstream = rebuilt_upstream(model);
    now.never = never(model);
    if (state) now.circumstances = circumstances_.of(state->depends);
    Watching eyes(mesh_, states_, model);
    Verdict out = planning::judge(state, now, eyes);
    if (out.change == Change::unchanged) out.reason = "unchanged since run " + std::to_string(state->run_id) + " built it at " + state->built_at;
    if (out.change != Change::unchanged) return out;
    if (crosses_domains(model) && !resolves_to(model, *state)) return {Change::changed, "its names mean other relations now"};
    if (!may_read_all(model, *state)) return {Change::changed, "its owner may no longer read what it reads"};
    if (!functions_log_) functions_log_ = pg::functions_log();
    bool maybe_new_functions = *functions_log_ > state->log;
    if (!eyes.reshaped() && !maybe_new_functions) return out;
    out.look_again = true;
    if (!analyzes_to_the_same(model)) return {Change::changed, "columns or functions that it uses changed"};
    return out;
}

// With what is written into it.
std::string Unchanged::definition(const Model &model, int depth) {
    std::string out = model.facts.fingerprint + model.body_digest.value_or("");
    if (depth < kMostLevels)
        for (const Model *parent : parents(model))
            if (is_ephemeral(*parent)) out += "\n" + parent->id() + " " + definition(*parent, depth + 1);
    return core::md5(out);
}

// Asked of every model, so no tree is made of it.
std::string Unchanged::configuration(const Model &model) {
    std::string all;
    auto add = [&all](const Json &value) { all += value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; };
    for (const auto &[key, value] : model.config.items()) {
        if (is_remark(key) || value.is_null()) continue;
        all += key + "=";
        add(value);
    }
    const Domain &domain = mesh_.domain(model.domain);
    for (const std::string &text : {model.materialized, model.description.value_or(""), domain.owner, target_schema(domain, model), target_identifier(model)}) add(text);
    add(domain.path);
    return core::md5(all);
}

// Why it is built whatever it was built from.
std::string Unchanged::never(const Model &model, int depth) {
    auto setting = model.config.find("skip_unchanged");
    bool decided = setting != model.config.end() && setting->is_boolean();
    if (decided && !setting->get<bool>()) return "its setting skip_unchanged is false";
    for (const char *key : {"pre_hook", "pre-hook", "sql_header"})
        if (has_statements(model, key)) return "its " + std::string(key) + " may change what it reads";
    if (!model.node.empty() && model.materialized == "incremental" && model.config.value("incremental_strategy", "") == "microbatch") return "its batches follow the time";
    if (decided) return "";
    if (!model.facts.never.empty()) return model.facts.never;
    if (depth < kMostLevels)
        for (const Model *parent : parents(model))
            if (is_ephemeral(*parent))
                if (std::string why = never(*parent, depth + 1); !why.empty()) return "it reads " + parent->id() + ": " + why;
    return "";
}

std::string Unchanged::depends(const Model &model, int depth) {
    std::string out = std::string(model.facts.settings ? "s" : "") + (model.facts.vars ? "v" : "") + (model.facts.functions ? "f" : "");
    if (depth < kMostLevels)
        for (const Model *parent : parents(model))
            if (is_ephemeral(*parent)) out += depends(*parent, depth + 1);
    return out;
}

// What the model reads by name; asked several times of each.
const std::vector<const Model *> &Unchanged::parents(const Model &model) {
    auto [known, fresh] = parents_.try_emplace({model.id(), model.facts.fingerprint});
    std::vector<const Model *> &out = known->second;
    if (!fresh) return out;
    for (const auto &[id, columns] : model.facts.reads) {
        const core::Node *node = selection_.graph.find(id);
        const Model *found = nullptr;
        if (node != nullptr && node->kind == core::NodeKind::model) found = mesh_.find_model(node->domain, node->name);
        for (size_t dot = id.find('.'); node == nullptr && found == nullptr && dot != std::string::npos; dot = id.find('.', dot + 1))
            if (mesh_.find_domain(id.substr(0, dot)) != nullptr) found = mesh_.find_model(id.substr(0, dot), id.substr(dot + 1));
        if (found != nullptr && found->id() != model.id()) out.push_back(found);
    }
    return out;
}

// What it reads that this run has built, with other values in the columns that it needs.
std::string Unchanged::rebuilt_upstream(const Model &model, int depth) {
    for (const Model *parent : parents(model)) {
        auto built = built_.find(parent->id());
        if (built != built_.end()) {
            const std::set<std::string> &reads = model.facts.reads.at(parent->id());
            bool touches = !built->second || std::any_of(reads.begin(), reads.end(), [&](const std::string &column) { return built->second->count(column) > 0; });
            if (touches) return parent->id();
        } else if (is_ephemeral(*parent) && depth < kMostLevels) {
            if (std::string through = rebuilt_upstream(*parent, depth + 1); !through.empty()) return through;
        }
    }
    return "";
}

// Access to others' models can end, and with a path of several schemas a name can come to mean another relation.
bool Unchanged::crosses_domains(const Model &model) {
    if (is_seed(model)) return false;
    if (mesh_.domain(model.domain).path.size() > 1) return true;
    for (const Model *parent : parents(model))
        if (parent->domain != model.domain) return true;
    return std::any_of(model.facts.reads.begin(), model.facts.reads.end(), [&](const auto &read) {
        const core::Node *node = selection_.graph.find(read.first);
        const Domain *owner = node != nullptr ? nullptr : mesh_.domain_with_schema(read.first.substr(0, read.first.find('.')));
        return owner != nullptr && owner->name != model.domain;
    });
}

bool Unchanged::resolves_to(const Model &model, const BuildState &state) {
    for (const Upstream &up : resolve(mesh_, model).upstreams) {
        if (up.kind == Upstream::Kind::self) continue;
        const Model *read = up.kind == Upstream::Kind::model ? mesh_.find_model(up.domain, up.model) : nullptr;
        if (read != nullptr && is_ephemeral(*read)) continue;
        bool known = std::any_of(state.inputs.begin(), state.inputs.end(), [&](const planning::RelationState &input) { return input.schema == up.schema && input.name == up.name; });
        if (!known) return false;
    }
    return true;
}

// The build would tell what is missing.
bool Unchanged::may_read_all(const Model &model, const BuildState &state) {
    const Domain &domain = mesh_.domain(model.domain);
    if (!OidIsValid(domain.owner_oid)) return false;
    std::set<std::pair<std::string, std::string>> direct;  // what is read through a view is read with its owner's rights
    for (const Source &source : mesh_.sources_of(model.domain))
        if (model.facts.reads.count(source.id())) direct.insert({source.schema, source.identifier});
    for (const planning::RelationState &input : state.inputs)
        if (model.facts.reads.count(input.full_name())) direct.insert({input.schema, input.name});
    return std::all_of(direct.begin(), direct.end(), [&](const auto &name) { return pg::may_read(pg::relation_oid(name.first, name.second), domain.owner_oid); });
}

bool Unchanged::analyzes_to_the_same(const Model &model) {
    if (is_seed(model)) return true;
    Compiled compiled = compile(mesh_, model);
    if (compiled.analysis.facts.fingerprint != model.facts.fingerprint) {
        analyzed_anew_[model.id()] = std::move(compiled);
        return false;
    }
    for (const Model *parent : parents(model))
        if (is_ephemeral(*parent) && !analyzes_to_the_same(*parent)) return false;
    return true;
}

void Unchanged::keep(const Model &model, const Verdict &verdict) {
    if (verdict.change == Change::unchanged) kept_[model.id()] = {&model, verdict.look_again};
}

void Unchanged::built(const std::string &id, const std::optional<std::set<std::string>> &columns) {
    built_[id] = columns;
}

std::optional<std::set<std::string>> Unchanged::changed_columns(const Model &model, const std::string &final_sql, const Verdict &verdict) {
    std::optional<BuildState> state = planning::state_from_text(model.built_state);
    bool whole = model.materialized == "table" || model.materialized == "view" || model.materialized == "materialized_view";
    if (verdict.change != Change::changed || verdict.reason != planning::kDefinitionChanged || !state || !model.built_sql || !whole || !never(model).empty()) return std::nullopt;
    std::optional<std::set<std::string>> out;
    (void)pg::try_in_subtransaction([&] {
        Present now{state->definition, state->configuration, circumstances_.of(state->depends), "", true, rebuilt_upstream(model)};
        if (configuration(model) != state->configuration || planning::judge(state, now, states_).change != Change::unchanged) return;
        std::optional<std::set<std::string>> same = unaffected_columns(mesh_.domain(model.domain), *model.built_sql, final_sql);
        if (!same) return;
        std::set<std::string> changed;
        for (const KnownColumns *columns : {&model.columns, &model.built_columns})
            for (const pg::Column &column : *columns)
                if (!same->count(column.name)) changed.insert(column.name);
        out = changed;
    });
    return out;
}

void Unchanged::forget() {
    built_.clear();
    kept_.clear();
    analyzed_anew_.clear();
}

}  // namespace mesh::engine
