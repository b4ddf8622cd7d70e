#include "cli/manifest_compiled.h"

#include <string_view>

namespace mesh::cli {
namespace {

std::string quoted(const std::string &text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Goes through the text once, token by token: of a project with thousands of nodes there is never a tree.
class Inserter {
public:
    Inserter(const std::string &text, const std::map<std::string, CompiledNode> &nodes, const std::map<std::string, std::string> &references)
        : text_(text), nodes_(nodes), references_(references) {}

    std::string run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
                continue;
            }
            ++at_;
            if (c == '{' || c == '[') open(c);
            if (c == '}' || c == ']') close();
        }
        copy_to(text_.size());
        return std::move(out_);
    }

private:
    // Most strings are long, and have few quotes in them: a quote behind an odd number of backslashes is one of them.
    std::size_t end_of_string(std::size_t begin) const {
        for (std::size_t quote = text_.find('"', begin); quote != std::string::npos; quote = text_.find('"', quote + 1)) {
            std::size_t first = quote;
            while (first > begin && text_[first - 1] == '\\') --first;
            if ((quote - first) % 2 == 0) return quote;
        }
        return text_.size();
    }

    void open(char c) {
        ++depth_;
        if (!node_ || depth_ != 3 || c != '{') return;
        copy_to(at_);
        out_ += R"("compiled":true,"compiled_code":)" + quoted(node_->code) + R"(,"extra_ctes_injected":true,"extra_ctes":[],)";
    }

    void close() {
        if (--depth_ == 2) node_ = nullptr;
    }

    void string() {
        const std::size_t begin = ++at_;
        at_ = end_of_string(begin);
        const std::string_view key(text_.data() + begin, at_ - begin);
        at_ = text_.find_first_not_of(" \t\r\n", at_ + 1);
        if (at_ == std::string::npos) at_ = text_.size();
        else if (text_[at_] == ':') take_key(key);
    }

    void take_key(std::string_view key) {
        if (depth_ == 1) in_nodes_ = key == "nodes" || key == "functions";
        if (depth_ == 2 && in_nodes_) {
            const auto found = nodes_.find(std::string(key));
            node_ = found != nodes_.end() ? &found->second : nullptr;
        }
        if (!node_) return;
        if (depth_ == 3) field_ = key;
        if (depth_ == 5) member_ = key;
        if (key == "to" && in_constraint()) replace_reference();
        if (depth_ != 3) return;
        if (key == "compiled_path") replace_null(node_->compiled_path);
        if (key == "build_path") replace_null(node_->build_path);
    }

    // Of the model, or of a column; lists count.
    bool in_constraint() const { return (depth_ == 5 && field_ == "constraints") || (depth_ == 7 && field_ == "columns" && member_ == "constraints"); }

    void replace_reference() {
        const std::size_t begin = text_.find_first_not_of(": \t\r\n", at_);
        if (begin == std::string::npos || text_[begin] != '"') return;
        const std::size_t end = end_of_string(begin + 1);
        const auto found = references_.find(Json::parse(std::string_view(text_).substr(begin, end + 1 - begin)).get<std::string>());
        if (found == references_.end()) return;
        copy_to(begin);
        out_ += quoted(found->second);
        at_ = copied_ = end + 1;
    }

    void replace_null(const std::string &value) {
        const std::size_t null = text_.find_first_not_of(": \t\r\n", at_);
        if (value.empty() || null == std::string::npos || text_.compare(null, 4, "null") != 0) return;
        copy_to(null);
        out_ += quoted(value);
        at_ = copied_ = null + 4;
    }

    void copy_to(std::size_t end) {
        out_.append(text_, copied_, end - copied_);
        copied_ = end;
    }

    const std::string &text_;
    const std::map<std::string, CompiledNode> &nodes_;
    const std::map<std::string, std::string> &references_;
    std::string_view field_, member_;  // keys of the node, and two levels below
    const CompiledNode *node_ = nullptr;
    std::string out_;
    std::size_t at_ = 0, copied_ = 0;
    int depth_ = 0;
    bool in_nodes_ = false;
};

}  // namespace

std::string with_compiled(const std::string &manifest, const std::map<std::string, CompiledNode> &nodes, const std::map<std::string, std::string> &references) {
    return Inserter(manifest, nodes, references).run();
}

}  // namespace mesh::cli
