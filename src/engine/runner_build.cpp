#include "engine/runner.h"

#include "engine/hooks.h"
#include "engine/product.h"
#include "engine/reshape.h"
#include "engine/statement.h"
#include "engine/test_sql.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

// True when the model is what it would become: nothing is built, and its tests look at what is published.
bool Runner::left_as_it_is(const Model &model, Step &out, std::vector<Step> &tests) {
    if (!options_.skip_unchanged || materializer(model) != nullptr || !maker(model).empty()) return false;
    const Model *now = &model;
    if (!model.node.empty() && pg::try_in_subtransaction([&] { now = &current(model, out); }) != nullptr) return false;  // the build tells what is wrong
    planning::Verdict &verdict = verdicts_[model.id()] = unchanged_.judge(*now, is_there(model));
    if (verdict.change != planning::Change::unchanged) return false;
    bool is_tested = has_tests(model.id(), NodeKind::test) || has_tests(model.id(), NodeKind::unit_test) || has_product(model.id());
    ErrorData *error = !is_tested ? nullptr : pg::try_in_subtransaction([&] {
        std::string broken = options_.tests ? unit_tests(*now, tests) : "";
        if (broken.empty()) broken = published_tests(*now, tests);
        if (!broken.empty()) throw Error("P0001", "it is unchanged, and as it is published: " + broken);
    });
    out.status = error == nullptr ? "unchanged" : "error";
    out.reason = verdict.reason;
    if (error != nullptr) out.tell_error(error);
    else unchanged_.keep(*now, verdict);
    return true;
}

bool Runner::is_there(const Model &model) {
    return OidIsValid(pg::relation_oid(target_schema(mesh_.domain(model.domain), model), target_identifier(model)));
}

// Which of the readers have to follow.
void Runner::note_built(const Staged &staged) {
    const Model &model = staged.model;
    bool wrote_nothing = staged.how == Publish::in_place && staged.target.exists() && staged.rows && *staged.rows == 0 && staged.relkind.empty() && staged.columns == model.built_columns;
    bool says_the_same = staged.how == Publish::nothing;
    if (says_the_same)
        for (const std::string &parent : selection_.graph.parents(model.id())) says_the_same = says_the_same && unchanged_.is_clean(parent);
    if (wrote_nothing || says_the_same) return;
    unchanged_.built(model.id(), unchanged_.changed_columns(model, staged.final_sql, verdicts_[model.id()]));
}

// The model's project, when that has a materialization of its own for it.
Project *Runner::materializer(const Model &model) {
    Project *project = model.node.empty() ? nullptr : projects_.find(model.domain);
    return project != nullptr && project->materializes(model) ? project : nullptr;
}

// The project's own macro that makes the model's relation; empty: there is none.
std::string Runner::maker(const Model &model) {
    Project *project = model.node.empty() ? nullptr : projects_.find(model.domain);
    return project != nullptr ? project->makes(model) : "";
}

// What the model wants done before it is built.
void Runner::before(const Model &model) {
    if (materializer(model) != nullptr) return unchanged_.states().others_wrote();  // its macro runs them
    const RunHook run = [&](const std::string &sql) { run_hooks(mesh_, mesh_.domain(model.domain), {sql}, stage_, &asking_); };
    auto header = model.config.find("sql_header");
    bool has_header = header != model.config.end() && header->is_string();
    const bool is_made = !maker(model).empty();  // its macro has the header's word
    if (has_header || is_made || has_pre_hooks(model) || has_post_hooks(model) || model.is_volatile) unchanged_.states().others_wrote();
    pre_hooks(&projects_, model, stage_, run);
    if (has_header && !is_made) run(*header);
}

// A project's model as it renders now.
const Model &Runner::current(const Model &model, Step &step) {
    if (model.node.empty() || model.materialized == "seed") return model;
    const Model &rendered = projects_.get(model.domain).current(model);
    step.compiled = rendered.body;
    return rendered;
}

// In one subtransaction: what fails its tests is rolled back, also when it was changed in place.
void Runner::build_and_check(const Model &model, Step &out, std::vector<Step> &tests) {
    std::string broken;
    if (options_.tests) broken = unit_tests(model, tests);
    if (!broken.empty()) {
        unit_failed_ = broken;
        throw Error("P0001", "not built: " + broken);
    }
    BuildOptions options = build_options(model);
    options.view_is_read = options.view_is_read || has_post_hooks(model);
    options.keys_later = crew_ != nullptr || refers_to_staged(mesh_, model, stage_);
    Target &target = targets()[model.id()] = current_target(mesh_, model, targets()[model.id()]);
    Project *own = materializer(model);
    std::vector<Step> skipped;
    std::vector<TestDef> chosen = wanted_tests(model, skipped);
    if (own == nullptr) options.asked = row_conditions(mesh_, model, chosen, stage_);
    Staged staged = own != nullptr ? own->materialize(model, target) : build_model(model, target, options, out);
    if (staged.reason.empty()) staged.reason = verdicts_[model.id()].reason;
    out.rows = staged.rows;
    out.reason = staged.reason;
    Staged &kept = stage_[model.id()] = std::move(staged);
    kept.on_others = std::move(asking_.on_others);
    kept.wrote_to = std::move(asking_.wrote_to);
    std::ranges::move(asking_.after, std::back_inserter(kept.after));
    add_reason(kept.reason, asking_.reason);
    check_contract(kept);
    tell_columns(kept);
    if (own == nullptr) {
        run_post_hooks(model, kept);
        take_shape(kept, stage_, options);
        require_replaceable(kept, [this] { return relations_of_run(); });
        leave_out_defined(kept);
        if (Project *project = model.node.empty() ? nullptr : projects_.find(model.domain)) project->decorate(kept);
    }
    std::ranges::move(skipped, std::back_inserter(tests));
    broken = data_tests(kept, chosen, tests);
    if (!broken.empty()) throw Error("P0001", "not published: " + broken);
    tell_of_others(kept);
}

// What its hooks did to the columns of others is seen by those that come.
void Runner::tell_of_others(Staged &kept) {
    for (const std::string &id : kept.wrote_to) {
        auto other = stage_.find(id);
        if (other == stage_.end() || !take_shape_of_other(other->second, kept)) continue;
        tell_columns(other->second);
        unseen_.insert(id);
    }
}

void Runner::run_post_hooks(const Model &model, Staged &kept) {
    std::optional<ProjectDatabase::Watch> watch;
    if (Project *project = model.node.empty() ? nullptr : projects_.find(model.domain)) watch.emplace(project->database(), nullptr, &kept);
    post_hooks(&projects_, model, stage_, [&](const std::string &sql) {
        kept.asked.counts.clear();  // it may change rows
        run_hooks(mesh_, *kept.domain, {sql}, stage_, &kept);
    });
    if (kept.wrote_to.erase(model.id()) > 0) count_written(kept);
    if (kept.is_reshaped) tell_columns(kept);
}

// A project's macros may have given it other columns than its body, and a text that renders as it did reads others where what it reads was rendered anew: so
// it is read from here on.
void Runner::tell_columns(const Staged &staged) {
    if (!staged.columns.empty() && mesh_.model({staged.model.domain, staged.model.name}).columns != staged.columns) mesh_.note_columns(staged.model, staged.columns);
}

BuildOptions Runner::build_options(const Model &model) {
    BuildOptions out;
    out.run_id = history_.run_id();
    out.full_refresh = options_.full_refresh;
    out.is_product = has_product(model.id());
    out.changed_by_hand = verdicts_[model.id()].by_hand;
    out.view_is_read = is_read(model.id());
    out.warn_error = options_.flags.value("WARN_ERROR", false);
    return out;
}

Staged Runner::build_model(const Model &model, const Target &target, BuildOptions options, Step &out) {
    if (!maker(model).empty()) options.made = projects_.get(model.domain).make(model);
    Project *project = model.node.empty() || model.materialized != "incremental" ? nullptr : projects_.find(model.domain);
    if (project == nullptr || options.made) return build(mesh_, model, target, stage_, options);
    if (project->invocation().own_strategy(model.node))
        options.strategy = [=, node = model.node](const std::string &schema, const std::string &table, const std::vector<pg::Column> &columns) {
            return project->strategy_sql(node, schema, table, columns);
        };
    options.told_columns = [=, node = model.node](const std::string &schema, const std::string &table) { return project->invocation().told_columns(node, schema, table); };
    return is_batched(*project, model) ? build_in_batches(*project, model, target, options, out) : build(mesh_, model, target, stage_, options);
}

Staged Runner::build_in_batches(Project &project, const Model &model, const Target &target, BuildOptions options, Step &out) {
    options.asked = {};  // each batch writes some of the rows only
    BatchResults results;
    out.compiled.clear();  // each batch has its own
    try {
        Staged staged = build_batches(mesh_, project, model, target, stage_, options, options_.batches, results, [&](const BatchProgress &batch) { progress_.batch(model.id(), model.node, batch); });
        out.batches = results.json();
        out.message = results.message;
        if (!results.failed.empty()) out.status = "partial success";
        return staged;
    } catch (...) {
        out.batches = results.json();
        throw;
    }
}

std::set<Oid> Runner::relations_of_run() {
    std::set<Oid> out;
    for (const auto &[id, target] : targets()) out.insert(target.oid);
    for (const auto &[id, staged] : stage_) out.insert(staged.stage_oid);
    return out;
}

bool Runner::has_product(const std::string &id) const {
    for (const std::string &child : selection_.graph.children(id))
        if (selection_.graph.find(child)->kind == NodeKind::product) return true;
    return false;
}

void Runner::check_contract(const Staged &staged) {
    if (has_product(staged.model.id())) check_contracts(staged.model, staged.columns);
}

}  // namespace mesh::engine
