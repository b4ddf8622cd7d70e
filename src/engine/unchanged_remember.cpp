// What was built from what, remembered for the next run.
#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/hooks.h"
#include "engine/row_arrays.h"
#include "engine/seed.h"
#include "engine/setting.h"
#include "engine/snapshot.h"
#include "engine/unchanged.h"
#include "pg/relation.h"

namespace mesh::engine {

using planning::BuildState;
using planning::RelationState;

namespace {

bool wrote_in_place(const Staged &staged) {
    return staged.how == Publish::rows || (staged.how == Publish::in_place && staged.target.exists());
}

// An incremental model that just wrote rows may write others the next time, from the same rows. One that keeps itself up to date is as a
// rebuild would make it.
bool is_settled(const Staged &staged) {
    if (staged.model.materialized != "incremental" && !is_snapshot(staged.model)) return true;
    if (keeps_itself(staged.model) && staged.followed) return !staged.followed->later;
    return staged.how == Publish::in_place && staged.target.exists() && staged.rows.value_or(1) == 0;
}

// Whether a newer page of an input has the same rows is asked where the answer saves a build.
bool counts_inputs(const Staged &staged) {
    return is_settled(staged) && !(staged.followed && staged.followed->has_keys);
}

// What a worker has built comes without it.
Compiled compiled_of(Mesh &mesh, const Staged &staged) {
    return staged.compiled.body.text.empty() ? resolve(mesh, staged.model) : staged.compiled;
}

// A body that reads something has inputs; without them nobody would see them change.
bool reads_others(const Model &model) {
    return std::any_of(model.facts.reads.begin(), model.facts.reads.end(), [&](const auto &read) { return read.first != model.id(); });
}

std::string now_text() {
    return pg::query_value("select pg_catalog.to_char(pg_catalog.clock_timestamp(), 'YYYY-MM-DD HH24:MI:SSOF')").value_or("");
}

Oid published_oid(const Domain &domain, const Model &model) {
    return pg::relation_oid(target_schema(domain, model), target_identifier(model));
}

}  // namespace

// The relations behind the names of a body. Before the publish: those alone that it leaves as they are.
void Unchanged::read_upstreams(const Model &model, const Compiled &compiled, bool before, Reading &into, int depth) {
    Oid reader = mesh_.domain(model.domain).owner_oid;
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind == Upstream::Kind::self) continue;
        const Model *read = up.kind == Upstream::Kind::model ? mesh_.find_model(up.domain, up.model) : nullptr;
        if (read != nullptr && read->materialized == "ephemeral") {
            if (depth < 64) read_upstreams(*read, resolve(mesh_, *read), before, into, depth + 1);
            continue;
        }
        if (before && staged_.count(up.id)) continue;
        Oid oid = pg::relation_oid(up.schema, up.name);
        if (!OidIsValid(oid)) {
            into.never = "what it reads is not there";
            continue;
        }
        size_t first = into.relations.size();
        states_.read(oid, reader, into);
        if (before || staged_.count(up.id)) continue;
        // It read the former rows of what this run has published since, through something that the run has not built.
        for (size_t i = first; i < into.relations.size(); i++)
            if (states_.is_published(pg::relation_oid(into.relations[i].schema, into.relations[i].name)) && !kept_.count(up.id))
                into.relations[i].unknown = "the run that read it built it anew";
    }
}

void Unchanged::look_before_publish(const std::vector<Staged *> &staged) {
    for (const Staged *s : staged) staged_.insert(s->model.id());
    for (const Staged *s : staged) {
        Reading unused{.counts = counts_inputs(*s)};
        (void)pg::try_in_subtransaction([&] { read_upstreams(s->model, compiled_of(mesh_, *s), true, unused); });
    }
}

RelationState Unchanged::own_state(const Staged &staged) {
    Oid oid = published_oid(*staged.domain, staged.model);
    if (!OidIsValid(oid)) return {};
    if (staged.how == Publish::nothing) return states_.state(oid);
    states_.published(oid);
    if (staged.followed && staged.followed->by_keys) return rebuilt_by_keys(staged, oid);
    bool is_rows = staged.model.materialized != "view" && staged.relkind.empty();
    if (!is_rows || wrote_in_place(staged)) return states_.state(oid);
    return states_.filled(oid, has_post_hooks(staged.model) ? std::nullopt : staged.rows);
}

// Not counted: to go by keys once more, when its pages are newer, costs less. What the run wrote to it is locked against others.
RelationState Unchanged::rebuilt_by_keys(const Staged &staged, Oid oid) {
    RelationState out = states_.state(oid, false);
    if (staged.rows.value_or(0) > 0) out.log = pg::log_position();
    return out;
}

BuildState Unchanged::state_of(Staged &staged, int64_t run_id) {
    Model &model = staged.model;
    if (auto anew = analyzed_anew_.find(model.id()); anew != analyzed_anew_.end()) {
        store_compiled(model, anew->second);
        model.facts = anew->second.analysis.facts;
    }
    BuildState out;
    out.definition = definition(model);
    out.configuration = configuration(model);
    out.log = now_;
    out.run_id = run_id;
    out.settled = is_settled(staged);
    if (!staged.relkind.empty()) out.never = "the project has its own materialization for it";
    Reading reading{.counts = counts_inputs(staged)};
    for (char what : depends(model)) reading.add_dependency(what);
    read_upstreams(model, compiled_of(mesh_, staged), false, reading);
    std::sort(reading.depends.begin(), reading.depends.end());
    out.inputs = std::move(reading.relations);
    if (out.inputs.empty() && (reads_others(model) || model.facts.fingerprint.empty()) && !is_seed(model)) out.never = "what it reads is not known";
    out.depends = reading.depends;
    out.circumstances = circumstances_.of(out.depends);
    if (out.never.empty() && !setting(model, "skip_unchanged", false)) out.never = reading.never;
    return out;
}

// A model that was left as it is: the same rows, read from newer states of the same relations.
std::optional<BuildState> Unchanged::refreshed(const Model &model, BuildState state) {
    Reading reading{.counts = std::ranges::any_of(state.inputs, [](const RelationState &input) { return input.rows.has_value(); })};
    read_upstreams(model, resolve(mesh_, model), false, reading);
    if (!reading.never.empty() && !setting(model, "skip_unchanged", false)) return std::nullopt;
    state.inputs = std::move(reading.relations);
    if (!state.own.name.empty()) state.own = states_.state(published_oid(mesh_.domain(model.domain), model), state.own.rows.has_value());
    state.log = now_;
    return state;
}

void Unchanged::remember(const std::vector<Staged *> &staged, int64_t run_id) {
    std::vector<std::pair<const Model *, BuildState>> states;
    std::map<std::string, RelationState> own;
    for (const Staged *s : staged)
        if (s->model.materialized != "ephemeral") own[s->model.id()] = own_state(*s);
    std::string when = staged.empty() ? "" : now_text();
    for (Staged *s : staged) {
        BuildState state = state_of(*s, run_id);
        state.own = own[s->model.id()];
        state.built_at = when;
        states.emplace_back(&s->model, std::move(state));
    }
    for (const auto &[id, kept] : kept_) {
        if (!kept.look_again && staged.empty()) continue;
        std::optional<BuildState> state = planning::state_from_text(kept.model->built_state);
        auto is_published = [&](const RelationState &input) { return states_.is_published(pg::relation_oid(input.schema, input.name)); };
        if (!state || (!kept.look_again && std::ranges::none_of(state->inputs, is_published))) continue;
        if (std::optional<BuildState> anew = refreshed(*kept.model, std::move(*state))) states.emplace_back(kept.model, std::move(*anew));
    }
    store(states);
}

void Unchanged::store(const std::vector<std::pair<const Model *, BuildState>> &states) {
    RowArrays rows(3);
    auto write = [&] {
        registry("update mesh.model_registry m set built_state = r.state from " + rows.from(1) + "(domain, name, state) where m.domain = r.domain and m.name = r.name", {}, rows);
        rows.clear();
    };
    for (const auto &[model, state] : states) {
        rows.add({model->domain, model->name, planning::to_text(state)});
        if (rows.full()) write();
    }
    if (!rows.empty()) write();
}

}  // namespace mesh::engine
