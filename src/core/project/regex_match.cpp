// Matching by backtracking: each node goes on with what follows it.
#include <functional>

#include "core/jinja/error.h"
#include "core/jinja/guard.h"
#include "core/project/regex.h"

namespace mesh::core::project {

using Node = RegexNode;

namespace {

constexpr std::size_t most_steps = 20000000;
constexpr std::size_t steps_per_tick = 64;  // they are small beside those of a template, and have a limit of their own

char32_t folded(char32_t c) {
    return c >= U'A' && c <= U'Z' ? c + 32 : (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F) ? c + 32 : c;
}

class Matcher {
public:
    Matcher(const std::u32string &text, const RegexFlags &flags, std::size_t groups) : text_(text), flags_(flags) {
        match.groups.assign(groups + 1, {-1, -1});
    }
    using Next = std::function<bool(std::size_t)>;

    bool run(const Node &node, std::size_t at, const Next &next) {
        jinja::Guard::stack();
        if (++steps_ % steps_per_tick == 0) jinja::Guard::tick();
        if (steps_ > most_steps) raise(jinja::ErrorClass::limit, "a regular expression took too many steps");
        switch (node.kind) {
            case Node::Kind::empty: return next(at);
            case Node::Kind::sequence: return sequence(node, 0, at, next);
            case Node::Kind::choice:
                for (const auto &part : node.parts)
                    if (run(*part, at, next)) return true;
                return false;
            case Node::Kind::repeat: return repeat(node, 0, at, std::string::npos, next);
            case Node::Kind::group: return group(node, at, next);
            case Node::Kind::reference: return reference(node, at, next);
            case Node::Kind::look_ahead: return look(run(*node.parts[0], at, [](std::size_t) { return true; }), node, at, next);
            case Node::Kind::look_behind: return look(behind(node, at), node, at, next);
            default: break;
        }
        if (holds(node, at)) return next(at);
        return at < text_.size() && takes(node, text_[at]) && next(at + 1);
    }

    RegexMatch match;

private:
    bool sequence(const Node &node, std::size_t part, std::size_t at, const Next &next) {
        if (part == node.parts.size()) return next(at);
        return run(*node.parts[part], at, [&, part](std::size_t to) { return sequence(node, part + 1, to, next); });
    }

    static bool single(const Node &node) {
        return node.kind == Node::Kind::literal || node.kind == Node::Kind::any || node.kind == Node::Kind::set;
    }

    // Single characters need no recursion.
    bool repeat(const Node &node, std::size_t done, std::size_t at, std::size_t last, const Next &next) {
        const Node &part = *node.parts[0];
        if (single(part)) return repeat_single(node, part, at, next);
        const bool may_more = done < node.most && at != last;
        const auto more = [&] { return may_more && run(part, at, [&, done, at](std::size_t to) { return repeat(node, done + 1, to, at, next); }); };
        if (done < node.least) return done < node.most && run(part, at, [&, done, at](std::size_t to) { return repeat(node, done + 1, to, to == at ? to : at, next); });
        if (node.lazy) return next(at) || more();
        return more() || next(at);
    }

    bool repeat_single(const Node &node, const Node &part, std::size_t at, const Next &next) {
        std::size_t count = 0;
        const std::size_t most = std::min(node.most, text_.size() - at);
        if (node.lazy) {
            for (;; ++count) {
                if (count >= node.least && next(at + count)) return true;
                if (count >= most || !takes(part, text_[at + count])) return false;
            }
        }
        while (count < most && takes(part, text_[at + count])) ++count;
        if (count < node.least) return false;
        if (node.possessive) return next(at + count);
        for (;; --count) {
            if (next(at + count)) return true;
            if (count == node.least) return false;
        }
    }

    bool group(const Node &node, std::size_t at, const Next &next) {
        if (node.group == 0) return run(*node.parts[0], at, next);
        auto &own = match.groups[static_cast<std::size_t>(node.group)];
        const auto before = own;
        if (run(*node.parts[0], at, [&, before](std::size_t to) {
                const auto inner = own;
                own = {static_cast<long>(at), static_cast<long>(to)};
                if (next(to)) return true;
                own = inner;
                return false;
            }))
            return true;
        own = before;
        return false;
    }

    bool reference(const Node &node, std::size_t at, const Next &next) const {
        const auto &[from, to] = match.groups[static_cast<std::size_t>(node.group)];
        if (from < 0) return false;
        const auto size = static_cast<std::size_t>(to - from);
        for (std::size_t i = 0; i < size; ++i)
            if (at + i >= text_.size() || !same(text_[at + i], text_[static_cast<std::size_t>(from) + i])) return false;
        return next(at + size);
    }

    static bool look(bool found, const Node &node, std::size_t at, const Next &next) { return found != node.negated && next(at); }

    bool behind(const Node &node, std::size_t at) {
        return at >= node.least && run(*node.parts[0], at - node.least, [at](std::size_t to) { return to == at; });
    }

    bool word(std::size_t at) const { return at < text_.size() && in_class(text_[at], 'w'); }

    bool holds(const Node &node, std::size_t at) const {
        const std::size_t size = text_.size();
        const bool edge = (at > 0 && word(at - 1)) != word(at);
        switch (node.kind) {
            case Node::Kind::begin: return at == 0 || (flags_.multi_line && text_[at - 1] == U'\n');
            case Node::Kind::end: return at == size || (at + 1 == size && text_[at] == U'\n') || (flags_.multi_line && text_[at] == U'\n');
            case Node::Kind::text_begin: return at == 0;
            case Node::Kind::text_end: return at == size;
            case Node::Kind::boundary: return edge;
            case Node::Kind::not_boundary: return !edge;
            default: return false;
        }
    }

    bool same(char32_t a, char32_t b) const { return a == b || (flags_.ignore_case && folded(a) == folded(b)); }

    bool takes(const Node &node, char32_t c) const {
        if (node.kind == Node::Kind::literal) return same(c, node.literal);
        if (node.kind == Node::Kind::any) return flags_.dot_all || c != U'\n';
        return node.kind == Node::Kind::set && in_set(node, c) != node.negated;
    }

    bool in_set(const Node &node, char32_t c) const {
        for (const char which : node.classes)
            if (in_class(c, which)) return true;
        for (const auto &[from, to] : node.ranges) {
            if (c >= from && c <= to) return true;
            if (!flags_.ignore_case) continue;
            const char32_t low = folded(c), high = low != c ? c : c >= U'a' && c <= U'z' ? c - 32 : c;
            if ((low >= from && low <= to) || (high >= from && high <= to)) return true;
        }
        return false;
    }

    const std::u32string &text_;
    const RegexFlags &flags_;
    std::size_t steps_ = 0;
};

}  // namespace

bool in_class(char32_t c, char which) {
    switch (which) {
        case 'd': return c >= U'0' && c <= U'9';
        case 's': return c == U' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x3000;
        case 'w': return (c >= U'0' && c <= U'9') || ((c | 32) >= U'a' && (c | 32) <= U'z' && c < 128) || c == U'_' || c >= 0xC0;
        case 'D': return !in_class(c, 'd');
        case 'S': return !in_class(c, 's');
        default: return !in_class(c, 'w');
    }
}

std::optional<RegexMatch> Regex::find(const std::u32string &text, std::size_t from, bool anchored, bool whole) const {
    for (std::size_t start = from; start <= text.size(); ++start) {
        Matcher matcher(text, flags_, groups_);
        std::size_t end = 0;
        if (matcher.run(*root_, start, [&](std::size_t to) { return end = to, !whole || to == text.size(); })) {
            matcher.match.groups[0] = {static_cast<long>(start), static_cast<long>(end)};
            return std::move(matcher.match);
        }
        if (anchored) break;
    }
    return std::nullopt;
}

std::u32string to_characters(const std::string &text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k) c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
        out += c;
        i += size;
    }
    return out;
}

std::string to_utf8(const std::u32string &text, std::size_t from, std::size_t to) {
    std::string out;
    for (std::size_t i = from; i < to && i < text.size(); ++i) {
        const char32_t c = text[i];
        if (c < 0x80) out += static_cast<char>(c);
        else if (c < 0x800) out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
        else if (c < 0x10000) out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
        else out += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
    return out;
}

}  // namespace mesh::core::project
