#include "core/project/batches.h"

#include <algorithm>

#include "core/error.h"
#include "core/project/calendar.h"

namespace mesh::core::project {

namespace {

using Micros = std::int64_t;

[[noreturn]] void no_time(const std::string &text) {
    throw Error("22023", "\"" + text + "\" is not a time", "", "Write it as 2024-01-31, or as 2024-01-31 06:00:00.");
}

Micros parse_micros(const std::string &text) {
    const auto parsed = parse_iso(text);
    if (!parsed || !valid(parsed->civil)) no_time(text);
    return micros_from_civil(parsed->civil) - parsed->offset_us.value_or(0);
}

std::string text_of(Micros at) {
    return format_time("%Y-%m-%d %H:%M:%S", civil_from_micros(at), std::nullopt, "") + "+00:00";
}

Micros truncated(Micros at, const std::string &size) {
    Civil civil = civil_from_micros(at);
    civil.minute = civil.second = civil.micro = 0;
    if (size != "hour") civil.hour = 0;
    if (size == "month" || size == "year") civil.day = 1;
    if (size == "year") civil.month = 1;
    return micros_from_civil(civil);
}

// Months keep the day where they have it.
Micros moved_exactly(Micros at, const std::string &size, long count) {
    if (size == "hour") return at + count * hour_us;
    if (size == "day") return at + count * day_us;
    Civil civil = civil_from_micros(at);
    const std::int64_t months = civil.year * 12 + civil.month - 1 + count * (size == "year" ? 12 : 1);
    civil.year = months / 12;
    civil.month = static_cast<int>(months % 12) + 1;
    civil.day = std::min(civil.day, days_in_month(civil.year, civil.month));
    return micros_from_civil(civil);
}

// Of the truncated time: a batch begins where its hour, day, month or year does.
Micros moved(Micros at, const std::string &size, long batches) {
    return moved_exactly(truncated(at, size), size, batches);
}

Micros ceiling(Micros at, const std::string &size) {
    const Micros start = truncated(at, size);
    return start == at ? at : moved(start, size, 1);
}

std::string text_at(const Json &config, const char *key) {
    const auto found = config.find(key);
    return found != config.end() && found->is_string() ? found->get<std::string>() : "";
}

Micros start_of(const Node &node, const BatchTimes &times, const std::string &size, Micros end) {
    if (!times.event_time_start.empty()) return truncated(parse_micros(times.event_time_start), size);
    if (!times.incremental) return truncated(parse_micros(text_at(node.config, "begin")), size);
    const Json lookback = node.config.value("lookback", Json(1));
    // The end is the beginning of a batch that is not there yet: the last one begins before it.
    const long back = (lookback.is_number_integer() ? lookback.get<long>() : 1) + (end == truncated(end, size) ? 1 : 0);
    return moved(end, size, -back);
}

Micros micros_of(double seconds) {
    return static_cast<Micros>(seconds * 1e6);
}

Json window(Micros start, Micros end) {
    return {{"start", text_of(start)}, {"end", text_of(end)}};
}

Json relative_window(const std::string &text, double now) {
    const std::size_t blank = text.find(' ');
    const std::string count = text.substr(0, blank);
    std::string size = blank == std::string::npos ? "" : text.substr(blank + 1);
    while (!size.empty() && size.back() == 's') size.pop_back();
    const bool number = !count.empty() && count.size() < 7 && count.find_first_not_of("0123456789") == std::string::npos;
    if (!number || (size != "hour" && size != "day" && size != "month" && size != "year"))
        throw Error("22023", "invalid sample \"" + text + "\"", "", "Write it as \"3 days\", with hours, days, months or years.");
    return window(moved_exactly(micros_of(now), size, -std::stol(count)), micros_of(now));
}

}  // namespace

bool is_microbatch(const Node &node) {
    return node.resource_type == ResourceType::model && text_at(node.config, "materialized") == "incremental" && text_at(node.config, "incremental_strategy") == "microbatch";
}

std::vector<BatchRange> batches_of(const Node &node, const BatchTimes &times) {
    const std::string size = text_at(node.config, "batch_size");
    const Micros end = ceiling(times.event_time_end.empty() ? micros_of(times.now) : parse_micros(times.event_time_end), size);
    Micros at = start_of(node, times, size, end);
    std::vector<BatchRange> batches;
    do {
        const Micros next = moved(at, size, 1);
        batches.push_back({text_of(at), text_of(next < end ? next : end)});
        at = next;
    } while (at < end);
    return batches;
}

BatchRange batch_from_text(const std::string &start, const std::string &end) {
    return {text_of(parse_micros(start)), text_of(parse_micros(end))};
}

std::string batch_name(const std::string &batch_size, const BatchRange &batch) {
    const std::size_t length = batch_size == "year" ? 4 : batch_size == "month" ? 7 : batch_size == "day" ? 10 : 13;
    std::string name = batch.start.substr(0, length);
    if (length == 13) name[10] = 'T';
    return name;
}

std::string batch_id(const std::string &batch_size, const BatchRange &batch) {
    std::string name = batch_name(batch_size, batch);
    std::erase(name, '-');
    return name;
}

std::string iso_time(const std::string &time) {
    std::string iso = time;
    if (iso.size() > 10) iso[10] = 'T';
    return iso;
}

Json sample_window(const Json &given, double now) {
    if (given.is_object() && given.contains("start") && given.contains("end"))
        return window(parse_micros(text_at(given, "start")), parse_micros(text_at(given, "end")));
    if (!given.is_string()) throw Error("22023", "a sample is a text like \"3 days\", or has a start and an end");
    std::string text = given;
    if (text.empty() || text.front() != '{') return relative_window(text, now);
    std::replace(text.begin(), text.end(), '\'', '"');
    const Json parsed = Json::parse(text, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("start") || !parsed.contains("end")) throw Error("22023", "invalid sample \"" + text + "\"", "", "Write it as {'start': '2024-01-01', 'end': '2024-02-01'}.");
    return sample_window(parsed, now);
}

}  // namespace mesh::core::project
