#include "engine/record.h"

#include <algorithm>
#include <sstream>

#include "pg/copy.h"
#include "pg/guc.h"

extern "C" {
#include "mb/pg_wchar.h"
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

const std::vector<std::string> kStepColumns = {"run_id", "step", "domain", "node", "kind", "status", "row_count", "failures", "duration", "reason", "message"};

void add_number(pg::CopyRows &out, const auto &number) {
    if (number) out.field(std::to_string(*number));
    else out.null();
}

void add_text(pg::CopyRows &out, const std::string &text) {
    if (text.empty()) out.null();
    else out.field(text);
}

// `seconds` as an interval is written; microseconds are all that it keeps.
std::string duration_text(double seconds) {
    char out[48];
    snprintf(out, sizeof(out), "%.6f seconds", seconds);
    return out;
}

void add_step(pg::CopyRows &out, int64_t run_id, size_t number, const Step &step, const std::string &message) {
    out.field(std::to_string(run_id)).field(std::to_string(number)).field(step.domain).field(step.node).field(step.kind).field(step.status);
    add_number(out, step.rows);
    add_number(out, step.failures);
    out.field(duration_text(step.seconds));
    add_text(out, step.reason);
    add_text(out, message);
    out.end();
}

// At the end of a character.
std::string clipped(const std::string &text, size_t bytes) {
    if (text.size() <= bytes) return text;
    const char *raw = text.c_str();
    int length = static_cast<int>(text.size()), most = static_cast<int>(bytes);
    return text.substr(0, pg::call([=] { return pg_mbcliplen(raw, length, most); }));
}

std::string dump(const Json &json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void insert_run(const Json &run) {
    registry("insert into mesh.run_history select * from pg_catalog.jsonb_populate_record(null::mesh.run_history, $1::jsonb)", {dump(run)});
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

void write_steps(const pg::CopyRows &steps) {
    pg::as_registry([&] { pg::copy_rows("mesh", "step_history", kStepColumns, steps); });
}

void remove_old() {
    if (pg::history_retention_days == 0) return;
    (void)remove_runs("started_at < pg_catalog.now() - pg_catalog.make_interval(days => $1::int)", std::to_string(pg::history_retention_days));
}

// The lines that a run left behind: its own as JSON, one of COPY's a step, and perhaps the error that ended it.
void write_lost(const std::string &lines) {
    Json run;
    pg::CopyRows steps;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("{")) run.update(Json::parse(line));
        else steps.add(line + "\n");
    }
    if (run.empty()) return;
    run["status"] = "rolled back";
    run["finished_at"] = now();
    insert_run(run);
    write_steps(steps);
}

}  // namespace

uint64_t remove_runs(const std::string &condition, const std::string &value) {
    pg::Result rows = registry_prepared("delete from mesh.run_history where " + condition + " returning run_id", {value});
    std::vector<std::string> runs;
    for (const pg::Row &row : rows.rows) runs.push_back(row[0].value());
    for (const char *table : {"step_history", "failure_history"})
        if (!runs.empty()) registry(std::string("delete from mesh.") + table + " where run_id = any($1::bigint[])", {pg::array_literal(runs)});
    return runs.size();
}

void Step::tell_error(const ErrorData *error, const std::string &before) {
    message = before + pg::error_text(error);
    error_kind = pg::error_kind_name(error);
}

History::History(const std::string &command, const std::string &selector, const std::string &exclude, const Json &options, size_t steps) {
    run_id_ = std::stoll(registry_value("select pg_catalog.nextval('mesh.run_id_seq')").value());
    run_ = {{"run_id", run_id_}, {"selector", selector}, {"exclude", optional_text(exclude)}, {"command", command}, {"status", "running"},
            {"started_by", pg::role_name(GetSessionUserId())}, {"started_at", now()}, {"options", options}};
    recorder_ = pg::recorder_begin(kHeaderBytes + steps * kStepBytes, "mesh_write_history");
    pg::recorder_add(recorder_, dump(run_));
}

void History::add(const Step &step) {
    if (recorder_ == nullptr) return;
    pg::CopyRows line;
    add_step(line, run_id_, ++steps_, step, clipped(step.message, kMessageBytes));
    pg::recorder_add(recorder_, line.text().substr(0, line.text().size() - 1));
}

void History::fail(const std::string &message) {
    pg::recorder_add(recorder_, dump({{"message", message.substr(0, kMessageBytes)}}));
}

void History::write(const std::vector<Step> &steps, const std::string &status) {
    if (written_ && written_->size() == steps.size()) {
        write_changes(steps, status);
    } else {
        if (written_) (void)remove_runs("run_id = $1::bigint", run_["run_id"].dump());
        write_new(steps, status);
    }
    written_ = steps;
}

void History::write_new(const std::vector<Step> &steps, const std::string &status) {
    run_["status"] = status;
    run_["finished_at"] = now();
    insert_run(run_);
    pg::CopyRows rows;
    for (size_t i = 0; i < steps.size(); i++) add_step(rows, run_id_, i + 1, steps[i], steps[i].message);
    write_steps(rows);
    for (const Step &step : steps) insert_failures(run_["run_id"], step);
    remove_old();
}

void History::write_changes(const std::vector<Step> &steps, const std::string &status) {
    Json rows = Json::array();
    for (size_t i = 0; i < steps.size(); i++)
        if (steps[i].status != written_->at(i).status || steps[i].reason != written_->at(i).reason || steps[i].message != written_->at(i).message)
            rows.push_back({{"step", i + 1}, {"status", steps[i].status}, {"reason", optional_text(steps[i].reason)}, {"message", optional_text(steps[i].message)}});
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
