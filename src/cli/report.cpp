#include "cli/report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/clock.h"
#include "cli/text.h"
#include "core/project/artifacts.h"

namespace mesh::cli {
namespace {

std::size_t terminal_width() {
    winsize size = {};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

// "" where it has not begun or ended.
std::string moment(double seconds) {
    return seconds > 0 ? core::project::utc_timestamp(seconds).substr(0, 26) : "";
}

Json node_info(const Step &step, const NodeInfo &info) {
    const bool ended = !step.status.empty() && step.status != "started";
    Json json = {{"unique_id", step.unique_id}, {"node_name", step.node}, {"resource_type", resource_type(step)}, {"materialized", info.materialized},
                 {"node_status", step.status}, {"node_path", info.path}};
    json["node_started_at"] = moment(step.finished_at - (ended ? step.seconds : 0));
    json["node_finished_at"] = ended ? moment(step.finished_at) : "";
    json["node_relation"] = {{"database", info.database}, {"schema", info.schema}, {"alias", info.alias}, {"relation_name", info.relation_name}};
    return json;
}

// As dbt's events: of what, how it went, and the group whose owner may be told.
Json node_data(const Step &step, const NodeCatalog &catalog) {
    const NodeInfo *known = catalog.find(step.unique_id);
    const NodeInfo info = known ? *known : NodeInfo();
    Json data = {{"node_info", node_info(step, info)}, {"status", step.status}, {"index", step.index}, {"total", step.total}, {"execution_time", step.seconds}};
    if (step.failures) data["num_failures"] = *step.failures;
    if (const GroupInfo *group = catalog.group_of(info)) data["group"] = {{"name", group->name}, {"package_name", group->package}, {"owner", group->owner}};
    return data;
}

std::string kind_of(const Step &step, const NodeInfo *info) {
    const std::string type = resource_type(step);
    if (type == "model") return (info && !info->materialized.empty() ? info->materialized + " " : "") + "model";
    return type == "operation" ? "project hook" : type;
}

}  // namespace

void Report::notice(const Notice &notice) {
    bool starts = false;
    if (auto step = step_of_notice(notice, starts)) {
        if (!step->batch.empty()) return batch(named(*step), starts);
        if (starts) return started(named(*step));
        finished(named(*step));
        if (on_finished) on_finished(std::move(*step));
        return;
    }
    if (starts_with(notice.severity, "DEBUG")) return log_.event(Level::debug, "JinjaLogDebug", "I063", notice.message, Json{{"msg", notice.message}});
    const bool warning = notice.severity == "WARNING";
    const std::string text = notice.message + (notice.detail.empty() ? "" : "\n" + notice.detail);
    const std::string told = warning ? "[" + log_.yellow("WARNING") + "]: " + text : text;
    warning ? log_.event(Level::warn, "JinjaLogWarning", "I061", told, Json{{"msg", text}}) : log_.event(Level::info, "JinjaLogInfo", "I062", told, Json{{"msg", text}});
}

void Report::tick() {
    draw();
}

void Report::row(Step step, long index, long total) {
    step = named(std::move(step));
    const NodeInfo *info = catalog_.find(step.unique_id);
    ++counts_[outcome(step)];
    if (step.status == "partial success") ++partly_;
    ++kinds_[kind_of(step, info)];
    const Outcome how = outcome(step);
    if (how == Outcome::error || how == Outcome::warn) problems_.push_back(step);
    if (told_.count(step.unique_id)) return;
    step.index = index;
    step.total = total;
    print(result_line(step, info, log_), step);
}

void Report::aside(Step step) {
    ++aside_;
    problems_.push_back(named(std::move(step)));
}

void Report::end(double elapsed) {
    log_.show_bar("");
    std::vector<std::string> parts;
    for (const auto &[kind, count] : kinds_) parts.push_back(counted_kind(count, kind));
    log_.blank();
    if (!parts.empty()) log_.event(Level::info, "FinishedRunningStats", "E047", "Finished running " + join(parts, ", ") + " in " + elapsed_words(elapsed) + ".");
    const long errors = counts_[Outcome::error] - partly_ + aside_, warnings = counts_[Outcome::warn];
    const std::string partly = std::to_string(partly_) + (partly_ == 1 ? " partial success" : " partial successes");
    std::string summary = log_.green("Completed successfully");
    if (errors > 0)
        summary = log_.red("Completed with " + counted(errors, "error") + ", " + partly + ", and " + counted(warnings, "warning") + ":");
    else if (partly_ > 0)
        summary = log_.yellow("Completed with " + partly + " and " + counted(warnings, "warning"));
    else if (warnings > 0)
        summary = log_.yellow("Completed with " + counted(warnings, "warning") + ":");
    log_.blank();
    log_.event(Level::info, "EndOfRunSummary", "Z030", summary);
    for (const auto &step : problems_) print_problem(step);
    log_.blank();
    log_.event(Level::info, "StatsLine", "Z023", done_line(counts_));
}

bool Report::failed() const {
    const auto has = [&](Outcome outcome) { return counts_.count(outcome) && counts_.at(outcome) > 0; };
    return has(Outcome::error) || has(Outcome::skip);
}

// dbt tells nothing of what becomes part of other nodes, but what went wrong in it, at the end.
bool Report::is_silent(const Step &step) const {
    const NodeInfo *info = catalog_.find(step.unique_id);
    return info != nullptr && info->materialized == "ephemeral";
}

void Report::started(const Step &step) {
    if (is_silent(step)) return;
    if (began_ == 0) began_ = now();
    running_[step.unique_id] = step.node;
    total_ = std::max(total_, step.total);
    if (step.run_id) run_id_ = step.run_id;
    print(start_line(step, catalog_.find(step.unique_id), log_), step);
    draw();
}

void Report::finished(const Step &step) {
    if (is_silent(step)) return;
    running_.erase(step.unique_id);
    told_.insert(step.unique_id);
    total_ = std::max(total_, step.total);
    if (step.run_id) run_id_ = step.run_id;
    print(result_line(step, catalog_.find(step.unique_id), log_), step);
    draw();
}

void Report::batch(const Step &step, bool starts) {
    print(batch_line(step, catalog_.find(step.unique_id), log_, starts), step);
    draw();
}

void Report::print(const Line &line, const Step &step) {
    log_.event(line.level, line.name, line.code, line.text, log_.options().json ? node_data(step, catalog_) : Json::object());
}

void Report::print_problem(const Step &step) {
    const NodeInfo *info = catalog_.find(step.unique_id);
    const bool warning = outcome(step) == Outcome::warn;
    const std::string what = " in " + resource_type(step) + " " + step.node + (info ? " (" + info->original_file_path + ")" : "");
    const Level level = warning ? Level::warn : Level::error;
    const std::string message = step.message.empty() ? "Status: " + step.status : step.message;
    Json data = log_.options().json ? node_data(step, catalog_) : Json::object();
    log_.blank();
    log_.event(level, warning ? "RunResultWarning" : "RunResultFailure", warning ? "Z021" : "Z022", warning ? log_.yellow("Warning" + what) : log_.red("Failure" + what), data);
    data["msg"] = message;
    log_.event(level, "RunResultError", "Z024", "  " + message, data);
    if (!step.compiled_path.empty()) {
        log_.blank();
        log_.event(Level::info, "SQLCompiledPath", "Z026", "  compiled code at " + step.compiled_path);
    }
    if (info && info->store_failures && !step.relation.empty())
        log_.event(Level::info, "CheckNodeTestFailure", "Z027", "  See test failures:  select * from " + step.relation);
}

void Report::draw() {
    if (!log_.options().bar) return;
    std::vector<std::string> names;
    for (const auto &[id, name] : running_) names.push_back(name);
    log_.show_bar(bar_text(static_cast<long>(told_.size()), total_, names, began_ == 0 ? 0 : now() - began_, terminal_width()));
}

// dbt shows a node's own name, where the server's words are domain.name.
Step Report::named(Step step) const {
    const NodeInfo *info = catalog_.find(step.unique_id);
    if (info && !info->name.empty()) step.node = info->name;
    return step;
}

}  // namespace mesh::cli
