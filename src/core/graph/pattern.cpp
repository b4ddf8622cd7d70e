#include "core/graph/pattern.h"

#include <algorithm>

namespace mesh::core {

namespace {

// Reads one code point and moves on; a broken sequence is read byte by byte.
char32_t next_char(std::string_view text, std::size_t &at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (more == 0 || at + static_cast<std::size_t>(more) > text.size()) return lead;
    char32_t c = lead & (0x3FU >> more);
    for (int i = 0; i < more; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
        if ((byte & 0xC0) != 0x80) return lead;
        c = (c << 6) | (byte & 0x3FU);
    }
    at += static_cast<std::size_t>(more);
    return c;
}

}  // namespace

Pattern::Pattern(const MaskedText &source) : text_(source.text) {
    literal_ = source.mask.find_first_of("*?[") == std::string::npos;
    for (std::size_t at = 0; at < text_.size();) {
        const char op = source.mask[at];
        if (op == '[') {
            if (const auto end = read_set(source, at)) {
                at = end;
                continue;
            }
        }
        Step step;
        if (op == '*') step.kind = Kind::run;
        if (op == '?') step.kind = Kind::any;
        step.exact = next_char(text_, at);
        const bool again = op == '*' && !steps_.empty() && steps_.back().kind == Kind::run;
        if (!again) steps_.push_back(std::move(step));
    }
}

// Linear but for the return to the last *: on a mismatch that * swallows one character more.
bool Pattern::matches(std::string_view text) const {
    if (literal_) return text == text_;
    std::size_t step = 0, at = 0, star = std::string::npos, star_at = 0;
    while (at < text.size()) {
        if (step < steps_.size() && steps_[step].kind == Kind::run) {
            star = step++;
            star_at = at;
            continue;
        }
        std::size_t after = at;
        if (step < steps_.size() && accepts(steps_[step], next_char(text, after))) {
            ++step;
            at = after;
            continue;
        }
        if (star == std::string::npos) return false;
        next_char(text, star_at);
        at = star_at;
        step = star + 1;
    }
    while (step < steps_.size() && steps_[step].kind == Kind::run) ++step;
    return step == steps_.size();
}

// Reads [set] at open; the position behind it, or 0 when it is never closed.
std::size_t Pattern::read_set(const MaskedText &source, std::size_t open) {
    const std::string &mask = source.mask;
    Step step;
    step.kind = Kind::one_of;
    std::size_t at = open + 1;
    if (at < mask.size() && mask[at] == '!') {
        step.negated = true;
        ++at;
    }
    const auto close = mask.find(']', at + 1);  // a ] in the first place is a member
    if (close == std::string::npos) return 0;
    const std::string_view members = std::string_view(source.text).substr(0, close);
    while (at < close) {
        const char32_t low = next_char(members, at);
        char32_t high = low;
        if (at + 1 < close && mask[at] == '-') high = next_char(members, ++at);
        step.ranges.emplace_back(low, high);
    }
    steps_.push_back(std::move(step));
    return close + 1;
}

bool Pattern::accepts(const Step &step, char32_t c) {
    if (step.kind == Kind::any) return true;
    if (step.kind == Kind::exact) return step.exact == c;
    const bool listed = std::any_of(step.ranges.begin(), step.ranges.end(),
                                    [c](const auto &range) { return range.first <= c && c <= range.second; });
    return listed != step.negated;
}

}  // namespace mesh::core
