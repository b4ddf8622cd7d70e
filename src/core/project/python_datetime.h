// Python's datetime module: date, time, datetime, timedelta and fixed offsets or named zones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/jinja/object.h"

namespace mesh::core::project {

// The class objects of the module: datetime.datetime, datetime.date ...
jinja::Value make_datetime_module();

// From PostgreSQL's ISO text; nullopt when it is no such value (infinity, BC), which then stays text.
std::optional<jinja::Value> read_date(const std::string &text);
std::optional<jinja::Value> read_timestamp(const std::string &text);
std::optional<jinja::Value> read_time(const std::string &text);
std::optional<jinja::Value> read_interval(const std::string &text);

bool is_date(const jinja::Value &value);
bool is_datetime(const jinja::Value &value);

}  // namespace mesh::core::project
