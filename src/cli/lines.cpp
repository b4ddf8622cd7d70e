#include "cli/lines.h"

#include <algorithm>
#include <cmath>

#include "cli/text.h"
#include "core/project/artifacts.h"

namespace mesh::cli {
namespace {

std::string padded(const Step &step, const std::string &message, int width) {
    std::string line;
    if (step.total > 0) line = std::to_string(step.index) + " of " + std::to_string(step.total) + " ";
    line += message + " ";
    const auto used = width_of(line);
    if (used < static_cast<std::size_t>(width)) line.append(static_cast<std::size_t>(width) - used, '.');
    return line;
}

std::string with_status(const Step &step, const std::string &message, const std::string &status, const Log &log, bool timed = true) {
    char time[32] = "";
    if (timed) std::snprintf(time, sizeof time, " in %.2fs", step.seconds);
    return padded(step, message, log.options().width) + " [" + status + time + "]";
}

std::string relation(const Step &step, const NodeInfo *info) {
    if (info && !info->alias.empty()) return info->schema + "." + info->alias;
    std::string plain;
    for (char c : step.relation)
        if (c != '"') plain += c;
    const auto pieces = split(plain, '.');
    if (pieces.size() == 3) return pieces[1] + "." + pieces[2];
    return plain.empty() ? step.node : plain;
}

std::string materialized(const Step &step, const NodeInfo *info) {
    if (info && !info->materialized.empty()) return info->materialized;
    return step.kind == "model" ? "" : step.kind;
}

std::string source_name(const Step &step) {  // source.project.raw.orders
    const auto pieces = split(step.unique_id, '.');
    return pieces.size() >= 4 ? pieces[2] + "." + pieces[3] : step.node;
}

// What the server's command tag would be, when the server did not say it.
std::string success_word(const Step &step, const NodeInfo *info) {
    if (!step.message.empty()) return split(step.message, '\n').front();
    const std::string tag = info && info->microbatch ? "" : core::project::command_tag(resource_type(step), materialized(step, info), info && info->contract_enforced, step.reason, step.rows);
    return tag.empty() ? "SUCCESS" : tag;
}

Line skip_line(const Step &step, const NodeInfo *info, const Log &log) {
    const std::string type = resource_type(step);
    const bool built = type == "model" || type == "seed" || type == "snapshot" || type == "function";
    const std::string message = "SKIP " + (built ? "relation " + relation(step, info) : type + " " + step.node);
    return {Level::info, "SkippingDetails", "Q034", with_status(step, message, log.yellow("SKIP"), log, false)};
}

Line test_line(const Step &step, const Log &log) {
    const std::string count = step.failures ? " " + std::to_string(*step.failures) : "";
    if (step.status == "pass" || step.status == "success")
        return {Level::info, "LogTestResult", "Q007", with_status(step, "PASS " + step.node, log.green("PASS"), log)};
    if (step.status == "warn")
        return {Level::warn, "LogTestResult", "Q007", with_status(step, "WARN" + count + " " + step.node, log.yellow("WARN" + count), log)};
    if (step.status == "fail")
        return {Level::error, "LogTestResult", "Q007", with_status(step, "FAIL" + count + " " + step.node, log.red("FAIL" + count), log)};
    return {Level::error, "LogTestResult", "Q007", with_status(step, "ERROR " + step.node, log.red("ERROR"), log)};
}

Line source_line(const Step &step, const Log &log) {
    const std::string of = " freshness of " + source_name(step);
    if (step.status == "pass") return {Level::info, "LogFreshnessResult", "Q018", with_status(step, "PASS" + of, log.green("PASS"), log)};
    if (step.status == "warn") return {Level::warn, "LogFreshnessResult", "Q018", with_status(step, "WARN" + of, log.yellow("WARN"), log)};
    const std::string info = step.status == "error" ? "ERROR STALE" : "ERROR";
    return {Level::error, "LogFreshnessResult", "Q018", with_status(step, info + of, log.red(info), log)};
}

struct Words {
    const char *name, *code, *good, *bad;
};

Words words_for(const std::string &type) {
    if (type == "seed") return {"LogSeedResult", "Q016", "OK loaded ", "ERROR loading "};
    if (type == "snapshot") return {"LogSnapshotResult", "Q015", "OK snapshotted ", "ERROR snapshotting "};
    if (type == "function") return {"LogFunctionResult", "Q047", "OK created ", "ERROR creating "};
    if (type == "operation") return {"LogHookEndLine", "Q033", "OK hook: ", "ERROR hook: "};
    return {"LogModelResult", "Q012", "OK created ", "ERROR creating "};
}

Line built_line(const Step &step, const NodeInfo *info, const Log &log) {
    const std::string type = resource_type(step);
    const Words words = words_for(type);
    // dbt leaves out the word "snapshot" here.
    const std::string what = type == "snapshot" ? relation(step, info) : describe(step, info);
    if (step.status == "partial success")
        return {Level::error, words.name, words.code, with_status(step, "PARTIALLY created " + what, log.yellow(step.message.empty() ? "PARTIAL SUCCESS" : step.message), log)};
    if (outcome(step) == Outcome::error) return {Level::error, words.name, words.code, with_status(step, words.bad + what, log.red("ERROR"), log)};
    const std::string status = type == "operation" ? "OK" : type == "function" ? "SUCCESS" : success_word(step, info);
    return {Level::info, words.name, words.code, with_status(step, words.good + what, log.green(status), log)};
}

// As dbt's log calls it: "shop.on-run-start.0" of operation.shop.shop-on-run-start-0.
std::string hook_name(const Step &step) {
    const auto package = step.unique_id.find('.') + 1, name = step.unique_id.find('.', package) + 1;
    const auto hook = step.unique_id.find("on-run-", name), number = step.unique_id.rfind('-');
    if (package == 0 || name == 0 || hook == std::string::npos || number <= hook) return step.node;
    return step.unique_id.substr(package, name - package) + step.unique_id.substr(hook, number - hook) + "." + step.unique_id.substr(number + 1);
}

}  // namespace

std::string describe(const Step &step, const NodeInfo *info) {
    const std::string type = resource_type(step);
    if (type == "seed") return "seed file " + relation(step, info);
    if (type == "snapshot") return "snapshot " + relation(step, info);
    if (type == "operation") return hook_name(step);
    if (type == "function") return "function " + relation(step, info);
    if (type == "source") return "freshness of " + source_name(step);
    if (type != "model") return type + " " + step.node;
    const std::string kind = info && info->microbatch ? "microbatch" : materialized(step, info);
    return (info ? info->language : "sql") + " " + (kind.empty() ? "" : kind + " ") + "model " + relation(step, info);
}

Line start_line(const Step &step, const NodeInfo *info, const Log &log) {
    const bool hook = resource_type(step) == "operation";
    return {Level::info, hook ? "LogHookStartLine" : "LogStartLine", hook ? "Q032" : "Q011",
            with_status(step, (hook ? "START hook: " : "START ") + describe(step, info), "RUN", log, false)};
}

Line result_line(const Step &step, const NodeInfo *info, const Log &log) {
    const std::string type = resource_type(step);
    if (step.status == "skipped") return skip_line(step, info, log);
    if (step.status == "no-op")
        return {Level::info, "LogNodeNoOpResult", "Q019", with_status(step, "NO-OP " + describe(step, info), log.yellow("NO-OP"), log)};
    if (type == "test" || type == "unit_test") return test_line(step, log);
    if (type == "source") return source_line(step, log);
    return built_line(step, info, log);
}

Line batch_line(const Step &step, const NodeInfo *info, const Log &log, bool starts) {
    const std::string what = "batch " + step.batch + " of " + relation(step, info);
    if (starts) return {Level::info, "LogStartBatch", "Q045", "Batch " + with_status(step, "START " + what, "RUN", log, false)};
    if (step.status == "error") return {Level::error, "LogBatchResult", "Q046", "Batch " + with_status(step, "ERROR creating " + what, log.red("ERROR"), log)};
    if (step.status == "skipped") return {Level::info, "LogBatchResult", "Q046", "Batch " + with_status(step, "SKIP " + what, log.yellow("SKIPPED"), log)};
    return {Level::info, "LogBatchResult", "Q046", "Batch " + with_status(step, "OK created " + what, log.green(step.message), log)};
}

std::string done_line(const std::map<Outcome, long> &counts) {
    const auto of = [&](Outcome outcome) {
        const auto found = counts.find(outcome);
        return found == counts.end() ? 0 : found->second;
    };
    long total = 0;
    for (const auto &[outcome, count] : counts) total += count;
    return "Done. PASS=" + std::to_string(of(Outcome::pass)) + " WARN=" + std::to_string(of(Outcome::warn)) +
           " ERROR=" + std::to_string(of(Outcome::error)) + " SKIP=" + std::to_string(of(Outcome::skip)) +
           " NO-OP=" + std::to_string(of(Outcome::noop)) + " TOTAL=" + std::to_string(total);
}

std::string elapsed_words(double seconds) {
    const long whole = static_cast<long>(seconds);
    char text[96];
    std::snprintf(text, sizeof text, "%ld hours %ld minutes and %.2f seconds (%.2fs)", whole / 3600, whole / 60 % 60,
                  std::fmod(seconds, 60), seconds);
    return text;
}

std::string bar_text(long done, long total, const std::vector<std::string> &running, double seconds, std::size_t width) {
    if (total <= 0) return "";
    const long cells = 24, full = std::min(cells, done * cells / total);
    std::string text = "[" + std::string(static_cast<std::size_t>(full), '#') + std::string(static_cast<std::size_t>(cells - full), '-') + "] " +
                       std::to_string(done) + " of " + std::to_string(total);
    if (!running.empty()) text += "  " + join(running, ", ");
    text += " (" + std::to_string(static_cast<long>(seconds)) + " s)";
    while (width_of(text) >= width && !text.empty()) text.pop_back();
    return text;
}

}  // namespace mesh::cli
