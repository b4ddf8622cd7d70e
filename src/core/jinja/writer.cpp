#include "core/jinja/writer.h"

#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

void Writer::text(std::string_view text) {
    ++count_;
    text_ += text;
    Guard::output_size(text_.size());
}

void Writer::data(std::string_view text_piece) {
    if (mode_ == Mode::pieces)
        piece(Value(text_piece));
    else
        text(text_piece);
}

void Writer::value(const Value &value) {
    if (mode_ != Mode::text) return unconverted(value);
    ++count_;
    append_text(text_, value);
    Guard::output_size(text_.size());
}

void Writer::unconverted(const Value &value) {
    if (mode_ == Mode::pieces) return piece(value);
    if (value.is_string()) return text(value.text());
    if (problem_.empty())
        problem_ =
            "sequence item " + std::to_string(count_) + ": expected str instance, " + type_name(value) + " found";
    ++count_;
}

// The first is made text when a second comes, whatever happens to it later.
void Writer::piece(const Value &value) {
    if (count_++ == 0) {
        lone_ = value;
        return;
    }
    if (count_ == 2) text_ = to_text(lone_);
    append_text(text_, value);
    Guard::output_size(text_.size());
}

std::string Writer::join() {
    if (!problem_.empty()) raise_type(problem_);
    return std::move(text_);
}

}  // namespace mesh::core::jinja
