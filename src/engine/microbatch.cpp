#include "engine/microbatch.h"

#include <algorithm>

#include "engine/setting.h"
#include "pg/report.h"
#include "pg/relation.h"

namespace mesh::engine {

using project::BatchRange;

namespace {

Json ranges_json(const std::vector<BatchRange> &ranges) {
    Json out = Json::array();
    for (const BatchRange &range : ranges) out.push_back({project::iso_time(range.start), project::iso_time(range.end)});
    return out;
}

const std::vector<BatchRange> *ranges_of(const std::map<std::string, std::vector<BatchRange>> &all, const std::string &unique_id) {
    auto found = all.find(unique_id);
    return found == all.end() ? nullptr : &found->second;
}

class Batches {
public:
    Batches(Mesh &mesh, Project &project, const Model &model, const Target &target, Stage &stage, const BuildOptions &options, const BatchOptions &batches, BatchResults &results,
            const TellBatch &tell)
        : mesh_(mesh), project_(project), model_(model), node_(project.manifest().nodes.at(model.node)), target_(target), stage_(stage), options_(options), batches_(batches),
          results_(results), tell_(tell) {}

    Staged go() {
        bool adds = target_.kind == "r" && !setting(model_, "full_refresh", options_.full_refresh);
        Staged staged = adds ? add_to_target() : build_anew();
        staged.rows = rows_;
        if (!results_.failed.empty()) {
            size_t failed = results_.failed.size(), good = results_.successful.size();
            add_reason(staged.reason, std::to_string(failed) + (failed == 1 ? " batch" : " batches") + " failed, the first with: " + error_->message);
            results_.message = "PARTIAL SUCCESS (" + std::to_string(good) + "/" + std::to_string(good + failed) + ")";
        }
        keep_former();
        return staged;
    }

private:
    std::vector<BatchRange> wanted(bool incremental) const {
        if (const auto *again = ranges_of(batches_.again, model_.node)) return *again;
        return project::batches_of(node_, {batches_.event_time_start, batches_.event_time_end, project_.started_at(), incremental});
    }

    // The model as it renders for one batch.
    Model of_batch(const BatchRange &batch) {
        project_.invocation().set_batch(model_.node, batch.start, batch.end);
        Model out = model_;
        out.body = project_.invocation().compile(model_.node).code;
        project_.invocation().set_batch(model_.node, "", "");
        return out;
    }

    // After a first batch that failed there is nothing to add the others to, says dbt.
    template <typename F>
    void each(const std::vector<BatchRange> &batches, bool creates, F &&build_one) {
        for (const BatchRange &batch : batches) {
            pg::call([] { CHECK_FOR_INTERRUPTS(); });
            BatchProgress now = told(batches, batch, "started");
            Clock clock;
            uint64_t before = rows_;
            ErrorData *error = pg::try_in_subtransaction([&] { build_one(of_batch(batch)); });
            (error == nullptr ? results_.successful : results_.failed).push_back(batch);
            now.seconds = clock.seconds();
            now.status = error == nullptr ? "success" : "error";
            now.message = error != nullptr ? pg::error_text(error) : (creates && results_.successful.size() == 1 ? "SELECT " : "MERGE ") + std::to_string(rows_ - before);
            tell_(now);
            if (error == nullptr) continue;
            project_.invocation().set_batch(model_.node, "", "");
            if (error_ == nullptr) error_ = error;
            if (results_.successful.empty()) break;
        }
        for (size_t i = results_.successful.size() + results_.failed.size(); i < batches.size(); i++) {
            results_.failed.push_back(batches[i]);
            (void)told(batches, batches[i], "skipped");
        }
        if (results_.successful.empty()) fail();
    }

    BatchProgress told(const std::vector<BatchRange> &batches, const BatchRange &batch, const char *status) {
        BatchProgress out;
        out.name = project::batch_name(node_.config.value("batch_size", "day"), batch);
        out.number = static_cast<size_t>(&batch - batches.data()) + 1;
        out.count = batches.size();
        out.status = status;
        tell_(out);
        return out;
    }

    [[noreturn]] void fail() {
        keep_former();
        throw pg::ServerError{error_};
    }

    // What succeeded in the run before that is done again.
    void keep_former() {
        if (const auto *done = ranges_of(batches_.done, model_.node)) results_.successful.insert(results_.successful.end(), done->begin(), done->end());
    }

    void count(const Staged &staged) {
        rows_ += staged.rows.value_or(0);
    }

    Staged add_to_target() {
        Staged last;
        each(wanted(true), false, [&](const Model &batch) {
            Staged staged = build(mesh_, batch, target_, stage_, options_);
            count(staged);
            last = std::move(staged);
        });
        return finished(std::move(last));
    }

    // Batch after batch goes into a table beside, from which the model is built at once.
    Staged build_anew() {
        Target beside;
        each(wanted(false), true, [&](const Model &batch) {
            Model gathered = gathering(batch);
            BuildOptions options = options_;
            options.full_refresh = options.is_product = false;
            Staged staged = build(mesh_, gathered, beside, without_itself(), options);
            count(staged);
            beside.oid = pg::relation_oid(staged.schema.empty() ? schema() : staged.schema, name());
            beside.kind = "r";
            stage_[model_.id()] = std::move(staged);
        });
        stage_.erase(model_.id());
        Model whole = model_;
        whole.body = "select * from " + pg::qualified(schema(), name());
        BuildOptions options = options_;
        options.full_refresh = true;
        Staged staged = build(mesh_, whole, target_, stage_, options);
        pg::as_role(owner_of(*staged.domain), staged.domain->search_path(), [&] { pg::execute("drop table " + pg::qualified(schema(), name())); });
        add_reason(staged.reason, "microbatch");
        return finished(std::move(staged));
    }

    Stage without_itself() const {
        Stage out = stage_;
        out.erase(model_.id());
        return out;
    }

    const std::string &schema() { return target_schema(mesh_.domain(model_.domain), model_); }
    std::string name() const { return "mesh_stage_" + std::to_string(options_.run_id) + "_batches_" + std::to_string(stage_.size() - stage_.count(model_.id())); }

    Model gathering(Model batch) const {
        batch.alias = name();
        for (const char *own : {"indexes", "contract", "constraints", "unlogged", "full_refresh"}) batch.config.erase(own);
        return batch;
    }

    // It is what its whole body says.
    Staged finished(Staged staged) {
        staged.model.body = model_.body;
        staged.compiled = resolve(mesh_, model_);
        staged.final_sql = definition_of(mesh_, model_, staged.compiled);
        staged.reason += ", " + std::to_string(results_.successful.size()) + (results_.successful.size() == 1 ? " batch" : " batches");
        return staged;
    }

    Mesh &mesh_;
    Project &project_;
    const Model &model_;
    const project::Node &node_;
    const Target &target_;
    Stage &stage_;
    const BuildOptions &options_;
    const BatchOptions &batches_;
    BatchResults &results_;
    const TellBatch &tell_;
    ErrorData *error_ = nullptr;  // of the first batch that failed
    uint64_t rows_ = 0;
};

}  // namespace

Json BatchResults::json() const {
    return {{"successful", ranges_json(successful)}, {"failed", ranges_json(failed)}};
}

bool is_batched(Project &project, const Model &model) {
    auto node = project.manifest().nodes.find(model.node);
    return node != project.manifest().nodes.end() && project::is_microbatch(node->second);
}

Staged build_batches(Mesh &mesh, Project &project, const Model &model, const Target &target, Stage &stage, const BuildOptions &options, const BatchOptions &batches,
                     BatchResults &results, const TellBatch &tell) {
    return Batches(mesh, project, model, target, stage, options, batches, results, tell).go();
}

}  // namespace mesh::engine
