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

}  // namespace

void Progress::start(const std::string &node) {
    at_++;
    pg::show_progress("mesh run " + std::to_string(run_id_) + " [" + std::to_string(at_) + "/" + std::to_string(models_) + "] " + node);
}

void Progress::finish(const Step &step) {
    if (!pg::progress) return;
    std::string place = "[" + std::to_string(at_) + "/" + std::to_string(models_) + "] ";
    std::string line = place + step.node + " ... " + (step.status == "success" ? "OK" : step.status);
    if (step.rows) line += " " + grouped(*step.rows) + (*step.rows == 1 ? " row" : " rows");
    if (step.status == "success") line += " in " + seconds_text(step.seconds);
    if (step.status == "skipped") line += ": " + step.reason;
    if (!step.message.empty()) line += ": " + step.message;
    pg::notice(line);
}

void Progress::publish() {
    pg::show_progress("mesh run " + std::to_string(run_id_) + " publish");
}

}  // namespace mesh::engine
