// JSON as Python's json module writes it, and read into values.
#pragma once

#include <optional>

#include "core/jinja/object.h"

namespace mesh::core::jinja {

struct JsonStyle {
    bool sort_keys = false;
    std::optional<std::string> indent = std::nullopt;  // of one level; without it all is on one line
};

// json.dumps(value). Raises TypeError for what JSON cannot hold.
std::string to_json(const Value &value, const JsonStyle &style = {});

// json.loads(text), nullopt when the text is not JSON. Integers that do not fit 64 bits raise OverflowError.
std::optional<Value> from_json(std::string_view text);

}  // namespace mesh::core::jinja
