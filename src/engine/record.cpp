#include "engine/record.h"

#include <algorithm>
#include <sstream>

#include "pg/guc.h"

extern "C" {
#include "postmaster/bgworker.h"
#include "utils/timestamp.h"
}

namespace mesh::engine {

namespace {

constexpr size_t kHeaderBytes = 64 * 1024, kStepBytes = 2048, kMessageBytes = 1000, kRowsPerInsert = 1000;

std::string now() {
    return pg::call([]() -> const char * { return pstrdup(timestamptz_to_str(GetCurrentTimestamp())); });
}

Json optional_text(const std::string &text) {
    return text.empty() ? Json() : Json(text);
}

Json step_json(const Step &step, size_t number) {
    Json out = {{"step", number}, {"domain", step.domain}, {"node", step.node}, {"kind", step.kind}, {"status", step.status}, {"seconds", step.seconds},
                {"reason", optional_text(step.reason)}, {"message", optional_text(step.message)}};
    out["rows"] = step.rows ? Json(*step.rows) : Json();
    out["failures"] = step.failures ? Json(*step.failures) : Json();
    return out;
}

std::string dump(const Json &json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void insert_run(const Json &run) {
    registry("insert into mesh.run_history select * from pg_catalog.jsonb_populate_record(null::mesh.run_history, $1::jsonb)", {dump(run)});
}

void insert_steps(const Json &run_id, const Json &steps) {
    in_slices(steps, [&](const std::string &slice) {
        registry("insert into mesh.step_history (run_id, step, domain, node, kind, status, row_count, failures, duration, reason, message)"
                 " select $1::bigint, step, domain, node, kind, status, rows, failures, pg_catalog.make_interval(secs => seconds), reason, message"
                 " from pg_catalog.jsonb_to_recordset($2::jsonb) s(step int, domain text, node text, kind text, status text, rows bigint, failures bigint,"
                 " seconds float8, reason text, message text)",
                 {run_id.dump(), slice});
    });
}

void insert_failures(const Json &run_id, const Step &step) {
    for (size_t first = 0; first < step.failing.size(); first += kRowsPerInsert) {
        std::string rows;
        for (size_t i = first; i < std::min(step.failing.size(), first + kRowsPerInsert); i++) rows += (rows.empty() ? "[" : ",") + step.failing[i];
        registry("insert into mesh.failure_history (run_id, domain, test, failed)"
                 " select $1::bigint, $2, $3, value from pg_catalog.jsonb_array_elements($4::jsonb) with ordinality order by ordinality",
                 {run_id.dump(), step.domain, step.node.substr(step.domain.size() + 1), rows + "]"});
    }
}

void remove_old() {
    if (pg::history_retention_days == 0) return;
    registry("delete from mesh.run_history where started_at < pg_catalog.now() - pg_catalog.make_interval(days => $1::int)",
             {std::to_string(pg::history_retention_days)});
}

// The lines that a run left behind: its own, one a step, and perhaps the error that ended it.
void write_lost(const std::string &lines) {
    Json run, steps = Json::array();
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        Json item = Json::parse(line);
        if (item.contains("step")) steps.push_back(item);
        else run.update(item);
    }
    if (run.empty()) return;
    run["status"] = "rolled back";
    run["finished_at"] = now();
    insert_run(run);
    insert_steps(run["run_id"], steps);
}

}  // namespace

History::History(const std::string &command, const std::string &selector, const std::string &exclude, const Json &options, size_t steps) {
    run_id_ = std::stoll(registry_value("select pg_catalog.nextval('mesh.run_id_seq')").value());
    run_ = {{"run_id", run_id_}, {"selector", selector}, {"exclude", optional_text(exclude)}, {"command", command}, {"status", "running"},
            {"started_by", pg::role_name(GetSessionUserId())}, {"started_at", now()}, {"options", options}};
    recorder_ = pg::recorder_begin(kHeaderBytes + steps * kStepBytes, "mesh_write_history");
    pg::recorder_add(recorder_, dump(run_));
}

void History::add(const Step &step) {
    if (recorder_ == nullptr) return;
    Step shortened = step;
    if (shortened.message.size() > kMessageBytes) shortened.message.resize(kMessageBytes);
    run_["steps"] = run_.value("steps", 0) + 1;
    pg::recorder_add(recorder_, dump(step_json(shortened, run_["steps"])));
}

void History::fail(const std::string &message) {
    pg::recorder_add(recorder_, dump({{"message", message.substr(0, kMessageBytes)}}));
}

void History::write(const std::vector<Step> &steps, const std::string &status) {
    if (written_ && written_->size() == steps.size()) {
        write_changes(steps, status);
    } else {
        if (written_) registry("delete from mesh.run_history where run_id = $1::bigint", {run_["run_id"].dump()});
        write_new(steps, status);
    }
    written_ = steps;
}

void History::write_new(const std::vector<Step> &steps, const std::string &status) {
    run_.erase("steps");
    run_["status"] = status;
    run_["finished_at"] = now();
    insert_run(run_);
    Json rows = Json::array();
    for (const Step &step : steps) rows.push_back(step_json(step, rows.size() + 1));
    insert_steps(run_["run_id"], rows);
    for (const Step &step : steps) insert_failures(run_["run_id"], step);
    remove_old();
}

void History::write_changes(const std::vector<Step> &steps, const std::string &status) {
    Json rows = Json::array();
    for (size_t i = 0; i < steps.size(); i++)
        if (steps[i].status != written_->at(i).status || steps[i].reason != written_->at(i).reason || steps[i].message != written_->at(i).message)
            rows.push_back(step_json(steps[i], i + 1));
    if (!rows.empty())
        registry("update mesh.step_history h set status = s.status, reason = s.reason, message = s.message"
                 " from pg_catalog.jsonb_to_recordset($2::jsonb) s(step int, status text, reason text, message text) where h.run_id = $1::bigint and h.step = s.step",
                 {run_["run_id"].dump(), dump(rows)});
    if (run_["status"].get<std::string>() != status) registry("update mesh.run_history set status = $2 where run_id = $1::bigint", {run_["run_id"].dump(), status});
    run_["status"] = status;
}

}  // namespace mesh::engine

extern "C" {
extern __attribute__((visibility("default"))) void mesh_write_history(Datum argument);
}

// The background worker that writes what a rolled back run left.
void mesh_write_history(Datum argument) {
    (void)mesh::pg::boundary([argument] {
        mesh::pg::call([] { BackgroundWorkerUnblockSignals(); });
        std::string lines = mesh::pg::recorder_receive(argument);
        mesh::pg::call([] {
            StartTransactionCommand();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
        mesh::engine::write_lost(lines);
        mesh::pg::call([] {
            PopActiveSnapshot();
            CommitTransactionCommand();
        });
        return Datum(0);
    });
}
