// Where output goes: text, or the pieces of a native rendering.
#pragma once

#include <string>
#include <vector>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

class Writer {
public:
    // Pieces are values kept apart, at the top of a native rendering; elsewhere native output must be str.
    enum class Mode { text, native, pieces };
    explicit Writer(Mode mode) : mode_(mode) {}

    bool native() const { return mode_ != Mode::text; }
    void data(std::string_view text);         // template text
    void value(const Value &value);           // of {{ }}
    void unconverted(const Value &value);     // of call and filter blocks: must be str when all is joined
    std::string join();                       // raises TypeError for what is not str
    std::vector<Value> &pieces() { return pieces_; }

private:
    void text(std::string_view text);

    Mode mode_;
    std::string text_;
    std::string problem_;
    std::size_t count_ = 0;
    std::vector<Value> pieces_;
};

}  // namespace mesh::core::jinja
