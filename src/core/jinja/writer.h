// Where output goes: text, or the pieces of a native rendering.
#pragma once

#include <string>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

class Writer {
public:
    // Pieces, at the top of a native rendering: a lone one stays a value, more become text as they come. Elsewhere
    // native output must be str.
    enum class Mode { text, native, pieces };
    explicit Writer(Mode mode) : mode_(mode) {}

    bool native() const { return mode_ != Mode::text; }
    void data(std::string_view text);      // template text
    void value(const Value &value);        // of {{ }}
    void unconverted(const Value &value);  // of call and filter blocks: must be str when all is joined
    std::string join();                    // raises TypeError for what is not str
    // Of pieces: how many there were, and the value of the only one.
    std::size_t count() const { return count_; }
    const Value &lone() const { return lone_; }

private:
    void text(std::string_view text);
    void piece(const Value &value);

    Mode mode_;
    std::string text_;
    std::string problem_;
    std::size_t count_ = 0;
    Value lone_;
};

}  // namespace mesh::core::jinja
