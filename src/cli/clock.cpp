#include "cli/clock.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace mesh::cli {

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string local_time_of_day(double seconds) {
    const auto whole = static_cast<std::time_t>(seconds);
    std::tm parts;
    localtime_r(&whole, &parts);
    char text[16];
    std::strftime(text, sizeof text, "%H:%M:%S", &parts);
    return text;
}

std::string utc_timestamp(double seconds) {
    const double whole_part = std::floor(seconds);
    const auto whole = static_cast<std::time_t>(whole_part);
    std::tm parts;
    gmtime_r(&whole, &parts);
    char text[32], all[48];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(all, sizeof all, "%s.%06dZ", text, static_cast<int>((seconds - whole_part) * 1e6));
    return all;
}

}  // namespace mesh::cli
