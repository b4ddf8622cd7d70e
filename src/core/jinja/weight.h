// What copies megabytes at once is more than one step: a template of such can be broken off as soon as another.
#pragma once

#include "core/jinja/guard.h"

namespace mesh::core::jinja {

inline void weigh(std::size_t bytes) {
    constexpr std::size_t bytes_per_step = 65536;
    for (std::size_t step = 0; step < bytes / bytes_per_step; ++step) Guard::tick();
}

}  // namespace mesh::core::jinja
