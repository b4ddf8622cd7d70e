// The run at work: its steps one by one or in workers, what it tests, publishes and remembers. run.h is what others call.
#pragma once

#include "engine/parallel.h"
#include "engine/plan.h"
#include "engine/progress.h"
#include "engine/publish.h"
#include "engine/run.h"
#include "engine/test_cache.h"
#include "engine/unchanged.h"

namespace mesh::engine {

using core::NodeKind;

class Runner : private Steps {
public:
    // `obstacle`: why workers cannot take part in the run.
    Runner(const RunOptions &options, Mesh &mesh, const Selection &selection, const Baseline &baseline, const std::string &obstacle);

    // What ends the run itself is kept with its history, which outlives the rollback.
    RunResult go();

private:
    // What the publish decides; a publish that failed has decided nothing.
    using Decision = std::tuple<Publish, bool, std::string>;

    // A model that is on its way through a worker.
    struct Open {
        Step out;
        std::vector<Step> tests;          // unit tests, and tests that are left out
        std::vector<TestDef> chosen;      // data tests
        const Model *model = nullptr;     // as it renders now
        double seconds = 0;
    };

    // The steps and what they leave.
    RunResult run_all();
    void write_history();
    ErrorData *attempt();
    void forget();
    void add_reason(const std::string &node, const std::string &reason);
    bool went_wrong() const;
    const Model &model_of(const std::string &id);
    Targets &targets();
    std::string skip_reason(const Model &model) const;
    bool is_read(const std::string &id) const;
    Step opened(const Model &model) const;
    void step(const Model &model, bool is_judged = false);
    void tell_error(Step &out, ErrorData *error);
    bool is_left_out(const Model &model, Step &out);
    std::string with_place(std::string reason, const std::string &id) const;
    void finish(const Model &model, Step step, const std::vector<Step> &tests);
    bool is_missing(const std::string &id) const { return failed_.count(id) > 0 && !partly_.count(id); }
    void note(const Step &step);
    void note_failed(const Model &model, const Step &step);
    bool is_told_by_readers(const Model &model, const Step &step) const;

    // runner_build.cpp: one model.
    bool left_as_it_is(const Model &model, Step &out, std::vector<Step> &tests);
    void note_built(const Staged &staged);
    Project *materializer(const Model &model);
    std::string maker(const Model &model);
    void tell_columns(const Staged &staged);
    bool is_there(const Model &model);
    void before(const Model &model);
    const Model &current(const Model &model, Step &step);
    void build_and_check(const Model &model, Step &out, std::vector<Step> &tests);
    void run_post_hooks(const Model &model, Staged &kept);
    void tell_of_others(Staged &kept);
    BuildOptions build_options(const Model &model);
    Staged build_model(const Model &model, const Target &target, BuildOptions options, Step &out);
    Staged build_in_batches(Project &project, const Model &model, const Target &target, BuildOptions options, Step &out);
    std::set<Oid> relations_of_run();
    bool has_product(const std::string &id) const;
    void check_contract(const Staged &staged);

    // runner_tests.cpp
    void source_tests();
    void hold_back(const TestDef &test);
    std::vector<TestDef> selected_free_tests() const;
    void free_tests();
    bool free_test(const TestDef &test);
    std::string tested_relation(const TestDef &test);
    bool must_wait(const TestDef &test) const;
    void keep_to_store(const TestResult &result);
    void note_untested(const Model &model, const Step &failed, const std::vector<Step> &tested);
    static Step untested(const Model &model, const Step &failed, const TestDef &test);
    std::string published_tests(const Model &model, std::vector<Step> &steps);
    bool reads_built(const TestDef &test) const;
    std::vector<TestResult> note_run(std::vector<TestResult> results);
    bool is_selected(const TestDef &test) const;
    static std::string summary(const std::string &what, const std::vector<TestResult> &results);
    bool has_tests(const std::string &id, NodeKind kind) const;
    std::string unit_tests(const Model &model, std::vector<Step> &steps);
    bool reads_failed(const TestDef &test, std::vector<Step> &steps) const;
    std::vector<TestDef> wanted_tests(const Model &model, std::vector<Step> &steps);
    std::vector<TestResult> note_results(std::vector<TestResult> results, std::vector<Step> &steps);
    std::string data_tests(const Staged &staged, const std::vector<TestDef> &tests, std::vector<Step> &steps);
    void note_left_out_tests();
    void left_out_tests();

    // runner_publish.cpp
    void remember();
    void publish_and_remember();
    void require_no_older_snapshots(const std::vector<Staged *> &staged);
    std::vector<Staged *> all_built();
    std::vector<Decision> decisions();
    void decide(const std::vector<Decision> &decisions);
    void publish_built();
    void publish_together(std::vector<Staged *> all);
    void withhold(const std::string &culprit, std::vector<Staged *> &all, ErrorData *error);
    [[noreturn]] void build_again(const std::string &culprit, ErrorData *error);
    void publish_and_note(const std::vector<Staged *> &staged);
    void withdraw_one(const std::string &id, const ErrorData *error);
    void withdraw(const ErrorData *error);

    // runner_operations.cpp: on-run-start and on-run-end.
    void run_operations(bool start);
    void before_operation(bool start);
    void after_operation(const Step &step);

    // runner_crew.cpp: several models at once.
    void start_crew();
    void build_at_once();
    void drop_failed();
    void put_in_order();
    bool comes_after(const std::string &id, const std::string &other) const;
    Begun begin(size_t number, Task &task) override;
    void prepare(const Model &model, const Target &target, Open &open, Task &task);
    std::set<std::string> read_by(const Model &model, size_t number, Task &task);
    void add_read(const std::string &id, size_t number, Task &task, std::set<std::string> &seen);
    std::string why_itself(const Model &model, const Target &target, const std::set<std::string> &read);
    void build_itself(size_t number, const std::string &why) override;
    void take(Report report) override;
    void accept(Open &open, Report &report);
    static std::string of_step(const std::string &sqlstate);
    std::vector<TestResult> all_results(const Open &open, const Report &report, const Staged &staged);
    void close(const Model &model, Open &open, ErrorData *error);

    const RunOptions &options_;
    Mesh &mesh_;
    const Selection &selection_;
    std::string obstacle_;
    Unchanged unchanged_;
    std::map<std::string, planning::Verdict> verdicts_;  // by model id
    History history_;
    TestCache tests_;
    std::string by_rows_;                        // why a publish has to reckon with older snapshots
    bool met_older_ = false;                     // there were some, after all
    Progress progress_;
    std::optional<Targets> targets_;
    Stage stage_;
    std::vector<std::string> built_;
    std::string publishing_;                     // the model that is being published
    std::map<std::string, std::string> failed_;  // model id -> why
    std::set<std::string> partly_;               // of these: those with some batches that did not fail
    std::string first_failed_;
    bool no_room_ = false;  // for more locks: what comes after would fail as well
    std::map<std::string, size_t> size_at_;      // model id -> its step
    std::map<std::string, std::vector<Step>> tests_of_;
    std::set<std::string> tested_first_;           // ids of the tests of sources that have run
    std::map<std::string, std::string> held_back_;  // model id -> why a test of the sources that it reads keeps it from being built
    std::map<std::string, TestDef> waiting_;       // tests that also read what is built after their own model, by id
    std::vector<Step> free_steps_, left_out_steps_;
    std::map<std::string, std::string> withheld_;  // model id -> why a test that belongs to no model keeps it back
    bool again_ = false;                           // the models are built a second time
    std::map<std::string, TestResult> to_store_;   // by test id
    std::vector<Step> steps_;
    std::string unit_failed_;                      // why the model at hand is not built
    Staged asking_;                                // what its hooks ask of others' relations until it is staged itself
    std::string start_failed_;                     // an operation of on-run-start, and no node shall run then
    bool cannot_start_ = false;
    Projects projects_;
    std::unique_ptr<pg::Crew> crew_;
    bool was_parallel_ = false;
    std::string one_thread_;                       // why fewer models are built at once than was asked for
    std::map<std::string, std::string> built_where_;  // model id -> why it is not a worker that builds it
    std::map<std::string, size_t> place_;          // model id -> its place in the order
    std::map<std::string, size_t> rows_of_;        // model id -> its step and those that came with it
    std::map<size_t, Open> open_;
    std::map<size_t, std::string> own_reasons_;
    std::set<std::string> unseen_;                 // models that no worker can read
};

bool failed(const TestResult &result);
std::string upstream_failed(const std::string &id);

// A test that has nothing to look at.
Step skipped(const TestDef &test, const std::string &upstream);

// --defer, --store-failures and --warn-error, where a test does not go through run_tests_as().
void render_deferred(const RunOptions &options, std::vector<TestDef> &tests);
void store_by_flag(const RunOptions &options, Projects &projects, std::vector<TestDef> &tests);
void fail_warnings(const RunOptions &options, std::vector<TestResult> &results);

}  // namespace mesh::engine
