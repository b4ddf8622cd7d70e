// Shell-style name patterns: * any run, ? one character, [abc] [a-z] [!abc] one of a set. Case matters.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mesh::core {

// Text of a selector with its double quotes taken away. The mask has the same length and shows which
// characters may still act as operators: quoted ones are blanked out there, to be taken literally.
struct MaskedText {
    static constexpr char blank = '\x01';
    std::string text, mask;

    MaskedText part(std::size_t from, std::size_t count = std::string::npos) const {
        return {text.substr(from, count), mask.substr(from, count)};
    }
};

// One compiled pattern. Characters are UTF-8 code points; a [ without its ] stands for itself.
class Pattern {
public:
    explicit Pattern(const MaskedText &source);

    bool matches(std::string_view text) const;
    bool is_literal() const { return literal_; }
    bool is_star() const { return steps_.size() == 1 && steps_[0].kind == Kind::run; }
    const std::string &text() const { return text_; }

private:
    enum class Kind { exact, any, run, one_of };
    struct Step {
        Kind kind = Kind::exact;
        char32_t exact = 0;
        bool negated = false;
        std::vector<std::pair<char32_t, char32_t>> ranges;
    };

    std::size_t read_set(const MaskedText &source, std::size_t open);
    static bool accepts(const Step &step, char32_t c);

    std::string text_;
    std::vector<Step> steps_;
    bool literal_ = true;
};

}  // namespace mesh::core
