// Limits on what templates may use, checked from anywhere in the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace mesh::core::jinja {

struct Limits {
    std::size_t stack_bytes = std::size_t{1} << 20;     // of the machine stack below the first entry: RecursionError
    std::size_t output_bytes = std::size_t{256} << 20;  // of one rendering: LimitError
    std::size_t string_bytes = std::size_t{64} << 20;   // of one str made by an operator, filter or method: LimitError
    std::size_t list_items = std::size_t{4} << 20;      // of one list made by repetition: LimitError
    unsigned call_depth = 300;                          // macros calling macros: RecursionError
};

// Holds while parsing or rendering runs on this thread. Entries nest (a host function renders again): the
// outermost one's limits hold. interrupt is called every few thousand steps and may throw.
class Guard {
public:
    Guard(const Limits &limits, const std::function<void()> *interrupt);
    ~Guard();
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

    static void tick() {
        if (state_.active && (++state_.ticks & 1023) == 0) call_interrupt();
    }
    static void stack() {
        if (static_cast<const char *>(__builtin_frame_address(0)) < state_.stack_limit) raise_recursion();
    }
    // Where values are looked into: they may hold one another so that there is no end to it.
    static void step() {
        stack();
        tick();
    }
    static void string_size(std::size_t bytes) {
        if (bytes > state_.limits.string_bytes) raise_limit("string");
    }
    static void list_size(std::size_t items) {
        if (items > state_.limits.list_items) raise_limit("list");
    }
    static void output_size(std::size_t bytes) {
        if (bytes > state_.limits.output_bytes) raise_limit("output");
    }

    // Counts one more running macro while it lives.
    struct Call {
        Call() {
            if (++state_.calls > state_.limits.call_depth) {
                --state_.calls;
                raise_recursion();
            }
        }
        ~Call() { --state_.calls; }
        Call(const Call &) = delete;
        Call &operator=(const Call &) = delete;
    };

private:
    struct State {
        const char *stack_limit = nullptr;
        const std::function<void()> *interrupt = nullptr;
        std::uint32_t ticks = 0;
        unsigned calls = 0;
        bool active = false;
        Limits limits;
    };

    static void call_interrupt();
    [[noreturn]] static void raise_recursion();
    [[noreturn]] static void raise_limit(const char *what);

    static thread_local constinit State state_;
    bool outermost_;
};

}  // namespace mesh::core::jinja
