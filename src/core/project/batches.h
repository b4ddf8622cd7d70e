// The batches of a microbatch model: which there are, reckoned in UTC as dbt does, and what they are called.
#pragma once

#include <string>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

// What a batch reads: from start (included) to end, as "2024-01-01 00:00:00+00:00".
struct BatchRange {
    std::string start, end;
    bool operator==(const BatchRange &) const = default;
    auto operator<=>(const BatchRange &) const = default;
};

// What decides about the batches besides the model's own batch_size, begin and lookback.
struct BatchTimes {
    std::string event_time_start, event_time_end;  // --event-time-start, --event-time-end; empty: not given
    double now = 0;                                // seconds since 1970 UTC
    bool incremental = false;                      // the model's table is there and is added to
};

bool is_microbatch(const Node &node);

// In order, at least one. Raises Error 22023 for a time that is none.
std::vector<BatchRange> batches_of(const Node &node, const BatchTimes &times);

// A range written as dbt does in run_results.json ("2024-01-01T00:00:00+00:00", "...Z") or as above. Raises Error 22023.
BatchRange batch_from_text(const std::string &start, const std::string &end);

// "2024-01-01" for a day, "2024-01" for a month, "2024" for a year, "2024-01-01T06" for an hour; and without hyphens.
std::string batch_name(const std::string &batch_size, const BatchRange &batch);
std::string batch_id(const std::string &batch_size, const BatchRange &batch);

// "2024-01-01T00:00:00+00:00"
std::string iso_time(const std::string &time);

// --sample: "3 days" before now, or {"start", "end"} as JSON or with single quotes, as {"start", "end"} of texts as in BatchRange. Raises Error 22023.
Json sample_window(const Json &given, double now);

}  // namespace mesh::core::project
