// Patterns to nodes.
#include <algorithm>
#include <map>

#include "core/jinja/error.h"
#include "core/project/regex.h"

namespace mesh::core::project {

using Node = RegexNode;
using NodePtr = std::unique_ptr<Node>;

class RegexParser {
public:
    RegexParser(Regex &regex, const std::string &pattern) : regex_(regex), text_(to_characters(pattern)) {}

    NodePtr parse() {
        NodePtr node = choice();
        if (at_ < text_.size()) fail("unbalanced parenthesis");
        return node;
    }

private:
    [[noreturn]] void fail(const std::string &why) const { jinja::raise_value(why + " at position " + std::to_string(at_)); }
    bool more() const { return at_ < text_.size(); }
    bool take(char32_t c) { return more() && text_[at_] == c && (++at_, true); }
    bool take(const char *word) {
        std::size_t i = 0;
        for (; word[i]; ++i)
            if (at_ + i >= text_.size() || text_[at_ + i] != static_cast<char32_t>(word[i])) return false;
        at_ += i;
        return true;
    }
    static NodePtr make(Node::Kind kind) {
        auto node = std::make_unique<Node>();
        node->kind = kind;
        return node;
    }

    NodePtr choice() {
        if (++depth_ > 200) fail("pattern too deeply nested");
        auto node = make(Node::Kind::choice);
        do node->parts.push_back(sequence());
        while (take(U'|'));
        --depth_;
        return node->parts.size() == 1 ? std::move(node->parts[0]) : std::move(node);
    }

    NodePtr sequence() {
        auto node = make(Node::Kind::sequence);
        while (more() && text_[at_] != U'|' && text_[at_] != U')') {
            if (regex_.flags_.verbose && skip_verbose()) continue;
            node->parts.push_back(repeated());
        }
        return node;
    }

    bool skip_verbose() {
        if (text_[at_] == U'#') {
            while (more() && text_[at_] != U'\n') ++at_;
            return true;
        }
        return in_class(text_[at_], 's') && (++at_, true);
    }

    void skip_to_quantifier() {
        while (regex_.flags_.verbose && more() && skip_verbose()) {
        }
    }

    NodePtr repeated() {
        NodePtr node = atom();
        std::size_t least = 0, most = 0;
        while (skip_to_quantifier(), more() && quantifier(least, most)) {
            auto repeat = make(Node::Kind::repeat);
            repeat->least = least;
            repeat->most = most;
            repeat->lazy = take(U'?');
            if (!repeat->lazy) repeat->possessive = take(U'+');
            repeat->parts.push_back(std::move(node));
            node = std::move(repeat);
        }
        return node;
    }

    bool quantifier(std::size_t &least, std::size_t &most) {
        most = std::string::npos;
        if (take(U'*')) return least = 0, true;
        if (take(U'+')) return least = 1, true;
        if (take(U'?')) return least = 0, most = 1, true;
        const std::size_t start = at_;
        if (!take(U'{')) return false;
        const bool first = number(least);
        if (!first) least = 0;
        if (take(U',')) {
            if (!number(most)) most = std::string::npos;
        } else {
            most = least;
            if (!first) return at_ = start, false;
        }
        if (!take(U'}')) return at_ = start, false;
        if (most < least) fail("min repeat greater than max repeat");
        return true;
    }

    bool number(std::size_t &value) {
        const std::size_t start = at_;
        std::size_t sum = 0;
        while (more() && text_[at_] >= U'0' && text_[at_] <= U'9' && sum < 100000) sum = sum * 10 + (text_[at_++] - U'0');
        if (at_ == start) return false;
        value = sum;
        return true;
    }

    NodePtr atom() {
        const char32_t c = text_[at_++];
        switch (c) {
            case U'.': return make(Node::Kind::any);
            case U'^': return make(Node::Kind::begin);
            case U'$': return make(Node::Kind::end);
            case U'(': return group();
            case U'[': return set();
            case U'\\': return escape();
            case U'*':
            case U'+':
            case U'?': fail("nothing to repeat");
            default: return literal(c);
        }
    }

    static NodePtr literal(char32_t c) {
        auto node = make(Node::Kind::literal);
        node->literal = c;
        return node;
    }

    NodePtr group() {
        auto node = make(Node::Kind::group);
        if (take("?#")) {
            while (more() && text_[at_] != U')') ++at_;
            if (!take(U')')) fail("missing ), unterminated comment");
            return make(Node::Kind::empty);
        }
        if (take("?P=")) {
            node = make(Node::Kind::reference);
            node->group = named(name(U')'));
            return node;
        }
        if (take("?:")) {
        } else if (take("?=") || take("?!") || take("?<=") || take("?<!")) {
            node->kind = text_[at_ - 2] == U'<' ? Node::Kind::look_behind : Node::Kind::look_ahead;
            node->negated = text_[at_ - 1] == U'!';
        } else if (take("?P<")) {
            node->group = static_cast<int>(++regex_.groups_);
            regex_.names_.emplace_back(name(U'>'), node->group);
        } else if (take(U'?')) {
            if (flags(*node)) return make(Node::Kind::empty);
        } else {
            node->group = static_cast<int>(++regex_.groups_);
        }
        node->parts.push_back(choice());
        if (!take(U')')) fail("missing ), unterminated subpattern");
        const auto width = width_of(*node->parts[0]);
        if (node->group > 0) group_widths_[node->group] = width;
        if (node->kind == Node::Kind::look_behind) node->least = fixed(width);
        return node;
    }

    std::size_t fixed(const std::optional<std::size_t> &width) const {
        if (!width) fail("look-behind requires fixed-width pattern");
        return *width;
    }

    // How many characters a node always takes; nothing when that differs, as inside itself.
    std::optional<std::size_t> width_of(const Node &node) const {
        switch (node.kind) {
            case Node::Kind::literal:
            case Node::Kind::any:
            case Node::Kind::set: return 1;
            case Node::Kind::group: return width_of(*node.parts[0]);
            case Node::Kind::reference: return group_widths_.count(node.group) ? group_widths_.at(node.group) : std::nullopt;
            case Node::Kind::sequence: return width_of_sequence(node);
            case Node::Kind::choice: return width_of_choice(node);
            case Node::Kind::repeat: return width_of_repeat(node);
            default: return 0;
        }
    }

    std::optional<std::size_t> width_of_sequence(const Node &node) const {
        std::size_t sum = 0;
        for (const auto &part : node.parts) {
            const auto width = width_of(*part);
            if (!width) return std::nullopt;
            sum += *width;
        }
        return sum;
    }

    std::optional<std::size_t> width_of_choice(const Node &node) const {
        const auto first = width_of(*node.parts[0]);
        for (const auto &part : node.parts)
            if (width_of(*part) != first) return std::nullopt;
        return first;
    }

    std::optional<std::size_t> width_of_repeat(const Node &node) const {
        const auto width = width_of(*node.parts[0]);
        return width && node.least == node.most ? std::optional(*width * node.least) : std::nullopt;
    }

    // (?i) for the whole pattern: true; (?i:...) is taken as the same.
    bool flags(const Node &) {
        while (more() && text_[at_] != U')' && text_[at_] != U':') {
            switch (text_[at_++]) {
                case U'i': regex_.flags_.ignore_case = true; break;
                case U'm': regex_.flags_.multi_line = true; break;
                case U's': regex_.flags_.dot_all = true; break;
                case U'x': regex_.flags_.verbose = true; break;
                case U'a':
                case U'u':
                case U'L': break;
                default: fail("unknown extension");
            }
        }
        if (take(U')')) return true;
        if (!take(U':')) fail("missing -, : or )");
        return false;
    }

    std::string name(char32_t end) {
        const std::size_t start = at_;
        while (more() && text_[at_] != end) ++at_;
        if (!more()) fail("missing group name");
        return to_utf8(text_, start, at_++);
    }

    int named(const std::string &wanted) const {
        for (const auto &[known, group] : regex_.names_)
            if (known == wanted) return group;
        fail("unknown group name '" + wanted + "'");
    }

    char32_t hexadecimal(int digits) {
        char32_t value = 0;
        for (int i = 0; i < digits; ++i) {
            const char32_t c = more() ? text_[at_++] : 0;
            if (c >= U'0' && c <= U'9') value = value * 16 + (c - U'0');
            else if ((c | 32) >= U'a' && (c | 32) <= U'f') value = value * 16 + ((c | 32) - U'a' + 10);
            else fail("incomplete escape");
        }
        return value;
    }

    // What \n, \t, \x41 and \. stand for.
    char32_t escaped(char32_t c) {
        switch (c) {
            case U'n': return U'\n';
            case U't': return U'\t';
            case U'r': return U'\r';
            case U'f': return U'\f';
            case U'v': return U'\v';
            case U'a': return U'\a';
            case U'0': return U'\0';
            case U'x': return hexadecimal(2);
            case U'u': return hexadecimal(4);
            case U'U': return hexadecimal(8);
            default: break;
        }
        if ((c | 32) >= U'a' && (c | 32) <= U'z') fail(std::string("bad escape \\") + static_cast<char>(c));
        return c;
    }

    NodePtr escape() {
        if (!more()) fail("bad escape (end of pattern)");
        const char32_t c = text_[at_++];
        if (c == U'b') return make(Node::Kind::boundary);
        if (c == U'B') return make(Node::Kind::not_boundary);
        if (c == U'A') return make(Node::Kind::text_begin);
        if (c == U'Z') return make(Node::Kind::text_end);
        if (std::u32string(U"dDwWsS").find(c) != std::u32string::npos) {
            auto node = make(Node::Kind::set);
            node->classes += static_cast<char>(c);
            return node;
        }
        if (c < U'1' || c > U'9') return literal(escaped(c));
        auto node = make(Node::Kind::reference);
        node->group = static_cast<int>(c - U'0');
        if (more() && text_[at_] >= U'0' && text_[at_] <= U'9') node->group = node->group * 10 + static_cast<int>(text_[at_++] - U'0');
        if (static_cast<std::size_t>(node->group) > regex_.groups_) fail("invalid group reference " + std::to_string(node->group));
        return node;
    }

    NodePtr set() {
        auto node = make(Node::Kind::set);
        node->negated = take(U'^');
        for (bool first = true; first || !(more() && text_[at_] == U']'); first = false) {
            if (!more()) fail("unterminated character set");
            char32_t from = text_[at_++];
            if (from == U'\\' && more()) {
                const char32_t c = text_[at_++];
                if (std::u32string(U"dDwWsS").find(c) != std::u32string::npos) {
                    node->classes += static_cast<char>(c);
                    continue;
                }
                from = c == U'b' ? U'\b' : escaped(c);
            }
            char32_t to = from;
            if (at_ + 1 < text_.size() && text_[at_] == U'-' && text_[at_ + 1] != U']') {
                ++at_;
                to = text_[at_++];
                if (to == U'\\' && more()) to = escaped(text_[at_++]);
                if (to < from) fail("bad character range");
            }
            node->ranges.emplace_back(from, to);
        }
        ++at_;
        return node;
    }

    Regex &regex_;
    std::u32string text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::map<int, std::optional<std::size_t>> group_widths_;
};

Regex::Regex(const std::string &pattern, RegexFlags flags) : flags_(flags) {
    root_ = RegexParser(*this, pattern).parse();
}

}  // namespace mesh::core::project
