// Regular expressions in Python's syntax, matched by backtracking with a limit on steps.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mesh::core::project {

struct RegexFlags {
    bool ignore_case = false, multi_line = false, dot_all = false, verbose = false;
};

// One element of a pattern.
struct RegexNode {
    enum class Kind { empty, literal, any, set, begin, end, text_begin, text_end, boundary, not_boundary, group, reference, sequence, choice, repeat, look_ahead, look_behind };
    Kind kind = Kind::empty;
    char32_t literal = 0;
    bool negated = false;                                    // of a set or a look
    std::vector<std::pair<char32_t, char32_t>> ranges;       // of a set
    std::string classes;                                     // of a set: d D w W s S
    int group = 0;                                           // of a group (0: not captured) or a reference
    std::size_t least = 0, most = 0;                         // of a repeat; least: also how far a look_behind goes back
    bool lazy = false, possessive = false;
    std::vector<std::unique_ptr<RegexNode>> parts;
};

// Where a match and its groups are, in characters; -1: a group that took no part.
struct RegexMatch {
    std::vector<std::pair<long, long>> groups;
};

class Regex {
public:
    // Raises TemplateError (ValueError's class) for a broken pattern.
    Regex(const std::string &pattern, RegexFlags flags);

    std::size_t group_count() const { return groups_; }
    const std::vector<std::pair<std::string, int>> &names() const { return names_; }
    // The first match that starts at `from` or later, or exactly there when anchored. Raises LimitError after too many steps.
    std::optional<RegexMatch> find(const std::u32string &text, std::size_t from, bool anchored, bool whole = false) const;

private:
    friend class RegexParser;
    std::unique_ptr<RegexNode> root_;
    RegexFlags flags_;
    std::size_t groups_ = 0;
    std::vector<std::pair<std::string, int>> names_;
};

std::u32string to_characters(const std::string &text);
std::string to_utf8(const std::u32string &text, std::size_t from, std::size_t to);

// As \w, \d, \s see it.
bool in_class(char32_t c, char which);

}  // namespace mesh::core::project
