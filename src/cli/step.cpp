#include "cli/step.h"

#include "cli/clock.h"

namespace mesh::cli {
namespace {

std::string text(const Json &event, const char *key) {
    if (!event.contains(key) || event[key].is_null()) return "";
    return event[key].is_string() ? event[key].get<std::string>() : event[key].dump();
}

std::optional<long> number(const Json &event, const char *key) {
    if (!event.contains(key) || !event[key].is_number()) return std::nullopt;
    return event[key].get<long>();
}

std::optional<long> number(const Value &value) {
    if (!value) return std::nullopt;
    return std::strtol(value->c_str(), nullptr, 10);
}

void take(Step &step, const std::string &column, const Value &value) {
    if (column == "unique_id") step.unique_id = value.value_or("");
    if (column == "node") step.node = value.value_or("");
    if (column == "kind") step.kind = value.value_or("");
    if (column == "status") step.status = value.value_or("");
    if (column == "message") step.message = value.value_or("");
    if (column == "reason") step.reason = value.value_or("");
    if (column == "relation") step.relation = value.value_or("");
    if (column == "error_kind") step.error_kind = value.value_or("");
    if (column == "compiled") step.compiled = value;
    if (column == "batch_results") step.batch_results = value;
    if (column == "rows") step.rows = number(value);
    if (column == "failures") step.failures = number(value);
    if (column == "run_id") step.run_id = number(value).value_or(0);
    if (column == "seconds") step.seconds = std::strtod(value.value_or("0").c_str(), nullptr);
}

}  // namespace

std::optional<Step> step_of_notice(const Notice &notice, bool &starts) {
    if (notice.detail.empty() || notice.detail[0] != '{') return std::nullopt;
    const Json event = Json::parse(notice.detail, nullptr, false);
    if (!event.is_object() || !event.contains("event") || !event.contains("unique_id")) return std::nullopt;
    starts = text(event, "event") == "start" || text(event, "status") == "started";
    Step step;
    step.unique_id = text(event, "unique_id");
    step.node = text(event, "node");
    step.batch = text(event, "batch");
    step.kind = text(event, "kind");
    step.status = text(event, "status");
    step.message = text(event, "message");
    step.reason = text(event, "reason");
    step.relation = text(event, "relation");
    if (event.contains("compiled")) step.compiled = text(event, "compiled");
    step.rows = number(event, "rows");
    step.failures = number(event, "failures");
    step.index = number(event, "index").value_or(0);
    step.total = number(event, "total").value_or(0);
    step.run_id = number(event, "run_id").value_or(0);
    if (event.contains("seconds") && event["seconds"].is_number()) step.seconds = event["seconds"].get<double>();
    step.finished_at = now();
    return step;
}

Step step_of_row(const Row &row) {
    Step step;
    for (int column = 0; column < row.columns(); ++column) take(step, row.name(column), row[column]);
    step.finished_at = now();
    return step;
}

Outcome outcome(const Step &step) {
    const std::string &status = step.status;
    if (status == "success" || status == "pass" || status == "unchanged" || status == "reused") return Outcome::pass;
    if (status == "warn") return Outcome::warn;
    if (status == "skipped") return Outcome::skip;
    if (status == "no-op") return Outcome::noop;
    return Outcome::error;  // error, fail, runtime error, partial success
}

std::string resource_type(const Step &step) {
    const auto dot = step.unique_id.find('.');
    return dot == std::string::npos ? step.kind : step.unique_id.substr(0, dot);
}

}  // namespace mesh::cli
