#include "cli/clock.h"

#include <chrono>
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

}  // namespace mesh::cli
