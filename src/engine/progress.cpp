#include "engine/progress.h"

#include <algorithm>

#include "pg/guc.h"
#include "pg/report.h"

namespace mesh::engine {

namespace {

// 1,204
std::string grouped(uint64_t number) {
    std::string text = std::to_string(number);
    for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}

std::string seconds_text(double seconds) {
    char text[32];
    snprintf(text, sizeof(text), "%.2f s", seconds);
    return text;
}

// As it is written between quotes; a tree of values costs more than all else that is told, twice a node.
std::string to_json(const std::string &text) {
    const bool is_plain = std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
    return is_plain ? '"' + text + '"' : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string member(const char *name, const std::string &text) {
    return std::string(",\"") + name + "\":" + to_json(text);
}

template <typename Number>
    requires std::is_arithmetic_v<Number>
std::string member(const char *name, Number number) {
    return std::string(",\"") + name + "\":" + Json(number).dump();
}

std::string line_of(const Step &step) {
    std::string line = step.node + " ... " + (step.status == "success" ? "OK" : step.status);
    if (step.rows) line += " " + grouped(*step.rows) + (*step.rows == 1 ? " row" : " rows");
    if (step.status == "success") line += " in " + seconds_text(step.seconds);
    if (step.status == "skipped") line += ": " + step.reason;
    if (!step.message.empty()) line += ": " + step.message;
    return line;
}

}  // namespace

std::optional<int64_t> failures_as_dbt_counts(const Step &step) {
    if (step.failures && step.kind == "unit_test" && *step.failures > 1) return 1;
    return step.failures && step.status == "pass" ? 0 : step.failures;
}

void Progress::reach(const std::string &node) {
    at_++;
    pg::show_progress("mesh run " + std::to_string(run_id_) + " [" + std::to_string(at_) + "/" + std::to_string(models_) + "] " + node);
}

void Progress::start(const std::string &node, const std::string &unique_id) {
    if (pg::progress == pg::kProgressJson) pg::notice(node + " ... started", event("start", node, unique_id) + place(node, unique_id) + "}");
}

void Progress::finish(const Step &step) {
    if (pg::progress == pg::kNoProgress) return;
    std::string line = "[" + std::to_string(at_) + "/" + std::to_string(models_) + "] " + line_of(step);
    if (pg::progress == pg::kProgressText) return pg::notice(line);
    std::string facts = event("finish", step.node, step.unique_id) + place(step.node, step.unique_id) + member("kind", step.kind) + member("status", step.status) + member("seconds", step.seconds) +
                        member("reason", step.reason) + member("message", step.message);
    if (!step.error_kind.empty()) facts += member("error_kind", step.error_kind);
    if (!step.compiled.empty()) facts += member("compiled", step.compiled);
    if (step.rows) facts += member("rows", *step.rows);
    if (std::optional<int64_t> failures = failures_as_dbt_counts(step)) facts += member("failures", *failures);
    pg::notice(line, facts + "}");
}

// The lines for people count models.
void Progress::batch(const std::string &node, const std::string &unique_id, const BatchProgress &batch) {
    if (pg::progress != pg::kProgressJson) return;
    const std::string facts = event("batch", node, unique_id) + member("batch", batch.name) + member("index", batch.number) + member("total", batch.count) +
                              member("status", batch.status) + member("seconds", batch.seconds) + member("message", batch.message);
    pg::notice(node + " batch " + batch.name + " ... " + batch.status, facts + "}");
}

void Progress::publish() {
    pg::show_progress("mesh run " + std::to_string(run_id_) + " publish");
}

// A node keeps the number that its start or, without one, its end was told with.
size_t Progress::number_of(const std::string &node) {
    return numbers_.emplace(node, numbers_.size() + 1).first->second;
}

// A JSON object without its end.
std::string Progress::event(const char *what, const std::string &node, const std::string &unique_id) const {
    return "{\"event\":" + to_json(what) + member("run_id", run_id_) + member("node", node) + member("unique_id", unique_id);
}

std::string Progress::place(const std::string &node, const std::string &unique_id) {
    const bool has_number = !unique_id.starts_with("operation.") && !unnumbered_.contains(node);  // hooks are none of the nodes
    return member("index", has_number ? number_of(node) : 0) + member("total", has_number ? nodes_ : 0);
}

}  // namespace mesh::engine
