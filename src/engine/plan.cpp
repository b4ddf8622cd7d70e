#include "engine/plan.h"

#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/plan_reason.h"
#include "engine/planned.h"
#include "engine/record.h"
#include "engine/product.h"
#include "engine/selection.h"
#include "engine/setting.h"
#include "engine/unchanged.h"
#include "pg/guc.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using core::NodeKind;

namespace {

constexpr const char *kBuiltAnew = "definition unchanged; its data is built anew";

// CREATE OR REPLACE VIEW can only add columns at the end.
bool replaceable(const std::vector<pg::Column> &old, const std::vector<pg::Column> &next) {
    return old.size() <= next.size() && std::equal(old.begin(), old.end(), next.begin());
}

// The decisions of build.cpp, taken from the registry alone.
class Planner {
public:
    Planner(Mesh &mesh, const Selection &selection, bool full_refresh, bool force)
        : mesh_(mesh), selection_(selection), full_refresh_(full_refresh), skips_(pg::skip_unchanged && !full_refresh && !force), unchanged_(mesh, selection, baseline_, false) {
        std::vector<const Model *> models;
        for (const std::string &id : selection.models) models.push_back(&model_of(id));
        targets_ = find_targets(mesh, models);
    }

    std::vector<Planned> go() {
        std::vector<Planned> out;
        for (const std::string &id : selection_.models) {
            pg::call([] { CHECK_FOR_INTERRUPTS(); });
            out.push_back(plan_one(model_of(id)));
            if (!out.back().runs()) failed_.insert(id);
        }
        return out;
    }

private:
    const Model &model_of(const std::string &id) {
        const core::Node *node = selection_.graph.find(id);
        return mesh_.model({node->domain, node->name});
    }

    Planned plan_one(const Model &model) {
        Planned out;
        out.model = &model;
        out.target = targets_[model.id()];
        out.action = "skip";
        for (const std::string &parent : selection_.graph.parents(model.id()))
            if (failed_.count(parent)) out.reason = "upstream " + parent + " would fail or be skipped";
        if (!out.reason.empty()) return out;
        ErrorData *error = pg::try_in_subtransaction([&] { decide(out); });
        if (error != nullptr) {
            out.action = "error";
            out.reason = pg::error_text(error);
        }
        return out;
    }

    void decide(Planned &out) {
        const Model &model = *out.model;
        if (is_function(model)) return decide_function(out);
        if (model.body.empty() && calls_function(model.id())) return decide_unknown(out);
        Compiled compiled = resolve(mesh_, model);
        if (model.status == "pending") {
            add_reason(out.reason, "pending: it reads what does not exist yet: ");
            for (size_t i = 0; i < compiled.pending_on.size(); i++) out.reason += (i == 0 ? "" : ", ") + compiled.pending_on[i];
            return;
        }
        std::string final_sql = definition_of(mesh_, model, compiled);
        if (model.materialized != "seed") (void)runnable_sql(mesh_, model, compiled, &stage_, false);  // raises when something it reads was never built
        std::string rebuilt = rebuilt_upstreams(compiled);
        if (model.materialized == "ephemeral") {
            out.action = "inline";
            out.reason = "ephemeral: written into what reads it";
            out.at_target = rebuilt.empty();
        } else {
            require_ours(mesh_.domain(model.domain), model, out.target);
            if (!out.target.exists()) decide_new(out, rebuilt);
            else decide_existing(out, final_sql, rebuilt);
        }
        compare(out, final_sql);
        Staged &staged = stage_[model.id()];
        staged.relation = "(select)";
        staged.at_target = out.at_target;
    }

    // A run makes it anew, which costs nothing; what calls it is looked at again.
    void decide_function(Planned &out) {
        out.action = "replace";
        out.reason = "a function is made anew";
        out.at_target = true;
        Staged &staged = stage_[out.model->id()];
        staged.relation = target_name(mesh_.domain(out.model->domain), *out.model);
        staged.at_target = true;
        unchanged_.built(out.model->id(), std::nullopt);
    }

    bool calls_function(const std::string &id) const {
        const auto &parents = selection_.graph.parents(id);
        return std::any_of(parents.begin(), parents.end(), [&](const std::string &parent) {
            const core::Node *node = selection_.graph.find(parent);
            const Model *model = node == nullptr || node->kind != core::NodeKind::model ? nullptr : mesh_.find_model(node->domain, node->name);
            return model != nullptr && is_function(*model);
        });
    }

    // Nothing is known of what calls a function that is not there yet.
    void decide_unknown(Planned &out) {
        const Model &model = *out.model;
        out.action = out.target.exists() ? "rebuild" : "create";
        out.reason = "it calls a function, and is analyzed when that is there";
        Staged &staged = stage_[model.id()];
        staged.relation = "(select)";
        unchanged_.built(model.id(), std::nullopt);
    }

    // Has the model to be built at all? Where nothing else is known, what changed since is the reason to build it.
    void compare(Planned &out, const std::string &final_sql) {
        const Model &model = *out.model;
        planning::Verdict verdict = unchanged_.judge(model, out.target.exists());
        out.change = planning::change_name(verdict.change);
        if (verdict.change == planning::Change::unchanged && skips_) {
            out.action = "keep";
            out.reason = verdict.reason;
            out.at_target = true;
            out.recreate = false;
            out.lost.clear();
            return unchanged_.keep(model, verdict);
        }
        if (skips_ && out.reason == kBuiltAnew) out.reason = verdict.reason;
        bool says_the_same = out.action == "keep" || out.action == "inline";
        for (const std::string &parent : selection_.graph.parents(model.id())) says_the_same = says_the_same && unchanged_.is_clean(parent);
        if (!says_the_same) unchanged_.built(model.id(), unchanged_.changed_columns(model, final_sql, verdict));
    }

    // What the model reads, also by way of ephemeral ones, that this run builds elsewhere than where it is published.
    void collect_rebuilt(const Compiled &compiled, std::set<std::string> &out) {
        pg::call([] { check_stack_depth(); });
        for (const Upstream &up : compiled.upstreams) {
            if (up.kind != Upstream::Kind::model) continue;
            const Model &model = mesh_.model({up.domain, up.model});
            if (model.materialized == "ephemeral") collect_rebuilt(resolve(mesh_, model), out);
            else if (auto staged = stage_.find(up.id); staged != stage_.end() && !staged->second.at_target) out.insert(up.id);
        }
    }

    std::string rebuilt_upstreams(const Compiled &compiled) {
        std::set<std::string> ids;
        collect_rebuilt(compiled, ids);
        std::string out;
        for (const std::string &id : ids) out += (out.empty() ? "" : ", ") + id;
        return out;
    }

    void decide_new(Planned &out, const std::string &rebuilt) {
        const Model &model = *out.model;
        out.action = "create";
        out.at_target = model.materialized == "view" ? rebuilt.empty() : model.materialized != "materialized_view";
        out.reason = model.built_kind.empty() ? "new" : "its " + kind_of_relation(model.built_kind) + " is missing though the mesh built it";
    }

    void decide_existing(Planned &out, const std::string &final_sql, const std::string &rebuilt) {
        const Model &model = *out.model;
        std::string changed = changes(model, out.target, final_sql);
        if (model.materialized == "view") return decide_view(out, changed, final_sql, rebuilt);
        bool full = setting(model, "full_refresh", full_refresh_);
        std::string in_full;
        if (keeps_itself(model) && out.target.kind == "r" && !full) {
            in_full = rebuilt.empty() ? why_in_full(model, final_sql) : "what it reads is built anew";
            if (in_full.empty()) return decide_changed_keys(out);
            full = true;
        }
        if (model.materialized == "incremental" && out.target.kind == "r" && !full) return decide_increment(out, final_sql);
        if (model.materialized == "snapshot" && out.target.kind == "r") {
            out.at_target = true;
            out.action = "snapshot";
            out.reason = "what changed since is added";
            return;
        }
        out.action = "rebuild";
        out.reason = model.materialized == "incremental" && out.target.kind == "r" ? (in_full.empty() ? "full refresh" : "in full: " + in_full) : "";
        add_reason(out.reason, changed);
        if (why_rows_only(out.target).empty()) add_reason(out.reason, logging_change(model, out.target));
        if (!rebuilt.empty()) add_reason(out.reason, "upstream rebuilt: " + rebuilt);
        if (out.reason.empty()) out.reason = kBuiltAnew;
        if (model.materialized == "materialized_view") out.recreate = !changed.empty();
        else out.recreate = out.target.kind != "r";
        if (!out.recreate && out.target.kind == "r") out.lost = lost_columns(model.built_columns, model.columns);
        if (!out.recreate && !why_rows_only(out.target).empty()) add_reason(out.reason, "published row by row: " + why_rows_only(out.target));
    }

    void decide_view(Planned &out, const std::string &changed, const std::string &final_sql, const std::string &rebuilt) {
        const Model &model = *out.model;
        bool same_text = out.target.kind == "v" && model.built_sql == final_sql;
        if (same_text && same_columns(model.built_columns, model.columns)) {
            out.action = "keep";
            out.reason = "definition unchanged";
            if (!rebuilt.empty()) add_reason(out.reason, "upstream rebuilt: " + rebuilt);
            out.at_target = rebuilt.empty();
            return;
        }
        out.action = "replace";
        out.recreate = out.target.kind != "v" || !replaceable(model.built_columns, model.columns);
        out.reason = changed;
        if (!rebuilt.empty()) add_reason(out.reason, "upstream rebuilt: " + rebuilt);
        if (out.recreate && out.target.kind == "v") add_reason(out.reason, "its columns changed: the view is made anew");
    }

    void decide_changed_keys(Planned &out) {
        out.action = "increment";
        out.at_target = true;
        out.reason = "keys that changed in what it reads are built anew";
    }

    void decide_increment(Planned &out, const std::string &final_sql) {
        const Model &model = *out.model;
        out.action = "increment";
        out.at_target = true;
        if (model.built_sql != final_sql) out.reason = "definition changed: rows that are there stay as they are";
        add_reason(out.reason, increment_changes(model, out.target));
        if (out.reason.empty()) out.reason = "definition unchanged; its new rows are added";
    }

    Mesh &mesh_;
    const Selection &selection_;
    bool full_refresh_, skips_;
    Baseline baseline_;  // nothing is remembered
    Unchanged unchanged_;
    Targets targets_;
    Stage stage_;
    std::set<std::string> failed_;
};

// What reads a model that could not be made anew is not built either.
void skip_below_errors(const Selection &selection, std::vector<Planned> &planned) {
    std::set<std::string> failed;
    for (Planned &p : planned) {
        for (const std::string &parent : selection.graph.parents(p.model->id())) {
            if (!failed.count(parent) || !p.runs()) continue;
            p.action = "skip";
            p.reason = "upstream " + parent + " would fail or be skipped";
        }
        if (!p.runs()) failed.insert(p.model->id());
    }
}

class Steps {
public:
    explicit Steps(const Selection &selection) : selection_(selection) {}

    std::vector<PlanStep> go(const std::vector<Planned> &planned) {
        for (const Planned &p : planned) {
            out_.push_back({p.model->id(), step_kind(*p.model), p.action, p.reason, p.change});
            for (NodeKind kind : {NodeKind::unit_test, NodeKind::test}) add_tests(p, kind);
        }
        for (const std::string &id : selection_.ids) {
            const core::Node &node = *selection_.graph.find(id);
            if (!core::is_test(node) || done_.count(id)) continue;
            if (planned.empty()) add_test(node, "test", "on what is published");
            else add_test(node, "skip", kLeftOutTest);
        }
        return out_;
    }

private:
    void add_tests(const Planned &p, NodeKind kind) {
        std::set<std::string> promised = kind == NodeKind::test ? promised_of(p) : std::set<std::string>();
        for (const std::string &child : selection_.graph.children(p.model->id())) {
            const core::Node &node = *selection_.graph.find(child);
            if (node.kind != kind || node.parents.empty() || node.parents[0] != p.model->id()) continue;
            bool selected = selection_.ids.count(child) > 0;
            if (!selected && !promised.count(node.name)) continue;
            if (!selected && p.runs()) add_test(node, "test", "not selected, but a product promises it");
            else if (p.change == "unchanged" && p.action == "keep") add_test(node, "test", "on what is published, unless its last result still holds");
            else if (!p.runs()) add_test(node, "skip", "its model would not be built");
            else add_test(node, "test", kind == NodeKind::unit_test ? "before the model is built" : "on the staged result, before it is published");
        }
    }

    // What a product promises is tested whatever was selected.
    std::set<std::string> promised_of(const Planned &p) const {
        for (const std::string &child : selection_.graph.children(p.model->id()))
            if (selection_.graph.find(child)->kind == NodeKind::product) return promised_tests(*p.model);
        return {};
    }

    void add_test(const core::Node &node, const std::string &action, const std::string &reason) {
        done_.insert(node.id);
        out_.push_back({node.domain + "." + node.name, std::string(core::kind_name(node.kind)), action, reason});
    }

    const Selection &selection_;
    std::set<std::string> done_;
    std::vector<PlanStep> out_;
};

}  // namespace

std::vector<PlanStep> plan(const std::string &selector, const std::string &exclude, bool full_refresh, bool force, Oid caller) {
    Mesh mesh;
    Selection selection = select_nodes(mesh, selector, exclude, caller);
    std::set<std::string> domains;
    for (const std::string &id : selection.models) domains.insert(selection.graph.find(id)->domain);
    for (const std::string &domain : domains) (void)mesh.models_of(domain);
    std::vector<Planned> planned = Planner(mesh, selection, full_refresh, force).go();
    check_dependents(mesh, planned);
    skip_below_errors(selection, planned);
    return Steps(selection).go(planned);
}

}  // namespace mesh::engine
