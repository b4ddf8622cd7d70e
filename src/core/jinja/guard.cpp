#include "core/jinja/guard.h"

#include "core/jinja/error.h"

namespace mesh::core::jinja {

thread_local constinit Guard::State Guard::state_;

Guard::Guard(const Limits &limits, const std::function<void()> *interrupt) : outermost_(!state_.active) {
    if (!outermost_) return;
    const char *here = static_cast<const char *>(__builtin_frame_address(0));
    state_ = State{here - limits.stack_bytes, interrupt && *interrupt ? interrupt : nullptr, 0, 0, true, limits};
}

Guard::~Guard() {
    if (outermost_) state_ = State{};
}

// An endless loop ends: a rendering may take some steps for each item that a list may have.
void Guard::call_interrupt() {
    constexpr std::uint32_t steps_per_item = 32;
    if (state_.ticks / steps_per_item > state_.limits.list_items) raise_limit("number of steps");
    if (state_.interrupt != nullptr) (*state_.interrupt)();
}

void Guard::raise_recursion() {
    raise(ErrorClass::recursion, "maximum recursion depth exceeded");
}

void Guard::raise_limit(const char *what) {
    raise(ErrorClass::limit, std::string(what) + " of a template grew past its limit");
}

}  // namespace mesh::core::jinja
