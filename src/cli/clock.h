// Times as dbt prints them.
#pragma once

#include <string>

namespace mesh::cli {

// Seconds since 1970, UTC.
double now();

std::string local_time_of_day(double seconds);  // "13:05:09"
std::string utc_timestamp(double seconds);      // "2026-01-31T13:05:09.123456Z"

}  // namespace mesh::cli
