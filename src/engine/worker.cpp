// A worker of a run: stages and tests the models that it is given, with the rights of their domains' owners.
#include "engine/progress.h"
#include "engine/session.h"
#include "engine/stage_registry.h"
#include "engine/task.h"
#include "engine/test_sql.h"
#include "pg/crew.h"

namespace mesh::engine {

namespace {

constexpr double kBatchSeconds = 0.05;  // what is done is committed, and so of use to others, after this time at the latest
constexpr int kCleanings = 3;

bool is_bad(const TestResult &result) {
    return result.status == "fail" || result.status == "error";
}

std::string text_of(const char *text) {
    return text == nullptr ? "" : text;
}

class Worker {
public:
    explicit Worker(pg::Member &member) : member_(member), run_id_(std::stoll(member.greeting())) {}

    // Steps that follow each other without a pause share a transaction, as far as they are short.
    void serve() {
        take_part_in_run();
        while (std::optional<std::string> message = member_.receive(true)) {
            if (!begin()) return;
            Clock clock;
            do {
                ReceivedTask task = task_from(*message);
                if (task.is_long && !reports_.empty()) {
                    commit();
                    if (!begin()) return;
                }
                work(std::move(task));
                if (member_.is_over()) return member_.abort();
            } while (clock.seconds() < kBatchSeconds && (message = member_.receive(false)));
            commit();
        }
    }

    // What the run has not published is dropped when it has ended, by whoever of its workers comes first.
    void clean() {
        member_.wait_for_command();
        for (int i = 0; i < kCleanings; i++) {
            try {
                member_.begin_plain();
                clean_stage(run_id_);
                return member_.commit();
            } catch (const pg::ServerError &) {
                member_.abort();
            }
        }
    }

private:
    bool begin() {
        if (!member_.begin()) return false;
        if (!holds_) hold_stage(run_id_);
        return holds_ = true;
    }

    void work(ReceivedTask task) {
        if (!member_.claim(task.number, task.offer)) return;
        pg::StepMemory memory;
        Report report;
        report.number = task.number;
        pg::show_progress("mesh run " + std::to_string(run_id_) + " " + task.model.id());
        member_.at(static_cast<int64_t>(task.number), "mesh run: " + task.model.id());
        Clock clock;
        ErrorData *error = attempt(task, report);
        member_.at(-1);
        report.seconds = clock.seconds();
        if (error != nullptr) tell_error(report, *error);
        reports_.push_back(to_message(report));
    }

    // A cancel that was meant for the step is its error; one that ends the run ends this worker too, when it comes to look.
    ErrorData *attempt(ReceivedTask &task, Report &report) {
        try {
            ErrorData *error = pg::try_in_subtransaction([&] { stage_and_test(task, report); });
            if (error == nullptr && OidIsValid(report.staged.stage_oid))
                relations_.push_back({task.model.domain, report.staged.schema, report.staged.name});
            return error;
        } catch (const pg::ServerError &e) {
            return e.data;
        }
    }

    void stage_and_test(ReceivedTask &task, Report &report) {
        (void)mesh_.models_of(task.model.domain);
        for (const Model &model : task.other_models) mesh_.update(model);
        mesh_.update(task.model);
        Stage stage;
        for (Staged &staged : task.read) stage[staged.model.id()] = std::move(staged);
        task.options.asked = row_conditions(mesh_, task.model, task.tests, stage);
        Staged staged = build(mesh_, task.model, task.target, stage, task.options);
        hide_staged(staged, task.options);
        report.staged = stage[task.model.id()] = std::move(staged);
        report.is_staged = true;
        report.tests = run_tests(mesh_, task.tests, report.staged.relation, stage);
        for (const TestResult &result : report.tests)
            if (is_bad(result) && !task.keeps_failed) throw core::Error("P0001", "a test failed");
    }

    static void tell_error(Report &report, const ErrorData &error) {
        char state[6] = {};
        for (int i = 0, code = error.sqlerrcode; i < 5; i++, code >>= 6) state[i] = PGUNSIXBIT(code);
        report.sqlstate = state;
        report.message = text_of(error.message);
        report.detail = text_of(error.detail);
        report.hint = text_of(error.hint);
        report.error_kind = pg::error_kind(&error);
    }

    // Only what is committed can be read by others, and so only then it is reported.
    void commit() {
        if (!relations_.empty()) note_staged(run_id_, relations_);
        pg::show_progress("");
        member_.commit();
        for (const std::string &report : reports_) member_.send(report);
        reports_.clear();
        relations_ = Json::array();
    }

    pg::Member &member_;
    int64_t run_id_;
    bool holds_ = false;
    Mesh mesh_;
    std::vector<std::string> reports_;
    Json relations_ = Json::array();
};

}  // namespace

}  // namespace mesh::engine

extern "C" {
extern __attribute__((visibility("default"))) void mesh_work(Datum argument);
}

void mesh_work(Datum argument) {
    (void)mesh::pg::boundary([argument] {
        std::unique_ptr<mesh::pg::Member> member(mesh::pg::Member::join(argument));
        if (member == nullptr) return Datum(0);
        mesh::engine::Worker worker(*member);
        worker.serve();
        worker.clean();
        return Datum(0);
    });
}
