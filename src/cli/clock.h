// Times as dbt prints them.
#pragma once

#include <string>

namespace mesh::cli {

// Seconds since 1970, UTC.
double now();

std::string local_time_of_day(double seconds);  // "13:05:09"

}  // namespace mesh::cli
