// Python's modules that templates may use: datetime, pytz, re, itertools.
#pragma once

#include "core/jinja/object.h"

namespace mesh::core::project {

// What `modules` is in a template.
jinja::Value make_modules();

// A datetime of UTC, as run_started_at is.
jinja::Value make_datetime_utc(double seconds_since_1970);

}  // namespace mesh::core::project
