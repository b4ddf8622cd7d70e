#include "core/jinja/blocks.h"

#include <algorithm>

#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

struct Tag {
    std::string kind, name;
    std::size_t start, end;
};

// Finds one tag after another; comments, expressions and raw parts are skipped, strings hide what is in them.
class TagReader {
public:
    explicit TagReader(std::string_view text) : text_(text) {}

    bool next(Tag &tag) {
        for (;;) {
            const std::size_t open = find_open();
            if (open == text_.npos) return false;
            if (text_[open + 1] == '#') {
                at_ = after("#}", open + 2, "end of the comment");
            } else if (text_[open + 1] == '{') {
                at_ = open + 2;
                skip_to("}}");
            } else if (read_tag(open, tag)) {
                return true;
            }
        }
    }

    [[noreturn]] void fail(const std::string &message, std::size_t place) const {
        throw TemplateError(ErrorClass::syntax, message, {"", "", position(place)});
    }

    Position position(std::size_t place) const {
        const std::string_view before = text_.substr(0, place);
        const std::size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
        return {static_cast<unsigned>(std::count(before.begin(), before.end(), '\n')) + 1,
                static_cast<unsigned>(place - line_start) + 1};
    }

private:
    std::size_t find_open() const {
        for (std::size_t at = text_.find('{', at_); at != text_.npos; at = text_.find('{', at + 1))
            if (at + 1 < text_.size() && (text_[at + 1] == '{' || text_[at + 1] == '%' || text_[at + 1] == '#'))
                return at;
        return text_.npos;
    }

    std::size_t after(std::string_view what, std::size_t from, const char *called) const {
        const std::size_t found = text_.find(what, from);
        if (found == text_.npos) fail(std::string("unexpected end of file, expected the ") + called, from - 2);
        return found + what.size();
    }

    void skip_space() { at_ = text_.size() - strip_left(text_.substr(at_)).size(); }

    std::string word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    // A tag begins where the white space does that its minus takes away.
    bool read_tag(std::size_t open, Tag &tag) {
        at_ = open + 2;
        const bool strips = at_ < text_.size() && text_[at_] == '-';
        if (strips) ++at_;
        const std::size_t start = strips ? strip_right(text_.substr(0, open)).size() : open;
        skip_space();
        tag = {word(), "", std::max(start, last_end_), 0};
        if (tag.kind.empty()) return false;
        if (tag.kind == "raw") return skip_raw(open);
        skip_space();
        tag.name = word();
        tag.end = last_end_ = skip_to("%}");
        return true;
    }

    bool skip_raw(std::size_t open) {
        for (std::size_t at = text_.find("{%", at_); at != text_.npos; at = text_.find("{%", at + 2)) {
            at_ = at + 2;
            if (at_ < text_.size() && text_[at_] == '-') ++at_;
            skip_space();
            if (word() != "endraw") continue;
            skip_to("%}");
            return false;
        }
        fail("unexpected end of file, expected {% endraw %}", open);
    }

    // Past the end mark, and past the white space that its minus takes away.
    std::size_t skip_to(std::string_view mark) {
        const std::size_t start = at_;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\'' || c == '"') {
                skip_string();
            } else if (text_.substr(at_, 2) == mark) {
                const bool strips = at_ > start && text_[at_ - 1] == '-';
                at_ += 2;
                if (strips && mark == "%}") skip_space();
                return at_;
            }
        }
        fail("unexpected end of file, expected " + std::string(mark), std::min(start, text_.size()));
    }

    // Past the string that begins here; when it never ends, past the next one that does, as dbt reads it.
    void skip_string() {
        const std::size_t start = at_;
        bool hopeless[2] = {false, false};
        for (std::size_t at = start; at < text_.size(); ++at) {
            const char c = text_[at];
            if ((c != '\'' && c != '"') || hopeless[c == '"']) continue;
            at_ = string_end(at);
            if (at_ < text_.size()) return;
            hopeless[c == '"'] = true;
        }
        fail("unexpected end of file, expected the end of a string", start);
    }

    // Where the string's closing quote stands; the size of the text when there is none.
    std::size_t string_end(std::size_t start) const {
        std::size_t at = start + 1;
        while (at < text_.size() && text_[at] != text_[start]) at += text_[at] == '\\' ? 2 : 1;
        return std::min(at, text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0, last_end_ = 0;
};

// Which of if and for are open, as they must be closed in order.
class ControlFlow {
public:
    explicit ControlFlow(const TagReader &reader) : reader_(reader) {}

    void see(const Tag &tag) {
        if (tag.kind == "if" || tag.kind == "for") open_.push_back(tag.kind);
        if (tag.kind != "endif" && tag.kind != "endfor") return;
        if (open_.empty()) reader_.fail("unexpected " + tag.kind + ", nothing is open", tag.start);
        if ("end" + open_.back() != tag.kind)
            reader_.fail("unexpected " + tag.kind + ", expected end" + open_.back(), tag.start);
        open_.pop_back();
    }
    bool inside() const { return !open_.empty(); }

private:
    const TagReader &reader_;
    std::vector<std::string> open_;
};

}  // namespace

std::vector<TextBlock> find_blocks(std::string_view source, const std::vector<std::string_view> &kinds) {
    TagReader reader(source);
    ControlFlow flow(reader);
    std::vector<TextBlock> blocks;
    Tag open, tag;
    bool within = false;
    while (reader.next(tag)) {
        flow.see(tag);
        if (std::find(kinds.begin(), kinds.end(), tag.kind) != kinds.end()) {
            if (flow.inside()) reader.fail("the " + tag.kind + " block is not at the top level", tag.start);
            if (within)
                reader.fail("the " + tag.kind + " block stands in the " + open.kind + " block " + open.name, tag.start);
            open = tag;
            within = true;
        } else if (within && tag.kind == "end" + open.kind) {
            blocks.push_back({open.kind, open.name, std::string(source.substr(open.end, tag.start - open.end)),
                              std::string(source.substr(open.start, tag.end - open.start)),
                              reader.position(open.start)});
            within = false;
        }
    }
    if (within) reader.fail("the " + open.kind + " block " + open.name + " is not closed", open.start);
    return blocks;
}

}  // namespace mesh::core::jinja
