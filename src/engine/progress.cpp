#include "engine/progress.h"

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
    if (pg::progress == pg::kProgressJson) pg::notice(node + " ... started", event("start", node, unique_id).dump());
}

void Progress::finish(const Step &step) {
    if (pg::progress == pg::kNoProgress) return;
    std::string line = "[" + std::to_string(at_) + "/" + std::to_string(models_) + "] " + line_of(step);
    if (pg::progress == pg::kProgressText) return pg::notice(line);
    Json facts = event("finish", step.node, step.unique_id);
    facts.update({{"kind", step.kind}, {"status", step.status}, {"seconds", step.seconds}, {"reason", step.reason}, {"message", step.message}});
    if (!step.error_kind.empty()) facts["error_kind"] = step.error_kind;
    if (!step.compiled.empty()) facts["compiled"] = step.compiled;
    if (step.rows) facts["rows"] = *step.rows;
    if (std::optional<int64_t> failures = failures_as_dbt_counts(step)) facts["failures"] = *failures;
    pg::notice(line, facts.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// The lines for people count models.
void Progress::batch(const std::string &node, const std::string &unique_id, const BatchProgress &batch) {
    if (pg::progress != pg::kProgressJson) return;
    Json facts = event("batch", node, unique_id);
    facts.update({{"batch", batch.name}, {"index", batch.number}, {"total", batch.count}, {"status", batch.status}, {"seconds", batch.seconds}, {"message", batch.message}});
    pg::notice(node + " batch " + batch.name + " ... " + batch.status, facts.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Progress::publish() {
    pg::show_progress("mesh run " + std::to_string(run_id_) + " publish");
}

// A node keeps the number that its start or, without one, its end was told with.
size_t Progress::number_of(const std::string &node) {
    return numbers_.emplace(node, numbers_.size() + 1).first->second;
}

Json Progress::event(const char *what, const std::string &node, const std::string &unique_id) {
    const bool has_number = !unique_id.starts_with("operation.") && !unnumbered_.contains(node);  // hooks are none of the nodes
    return {{"event", what}, {"run_id", run_id_}, {"node", node}, {"unique_id", unique_id}, {"index", has_number ? number_of(node) : 0}, {"total", has_number ? nodes_ : 0}};
}

}  // namespace mesh::engine
