#include "core/project/written_config.h"

#include <cctype>

#include "core/jinja/lexer.h"

namespace mesh::core::project {

namespace {

using jinja::Token;
using jinja::TokenKind;

class CallReader {
public:
    explicit CallReader(const std::string &text) : source_(jinja::normalize_source(text)), list_(jinja::tokenize(source_)), tokens_(list_.tokens) {}

    Json read() {
        Json found = Json::object();
        for (at_ = first_argument(); at_ < tokens_.size() && kind(at_) != TokenKind::rparen; ++at_) {
            const bool named = kind(at_) == TokenKind::name && kind(at_ + 1) == TokenKind::assign;
            const std::string name(tokens_[at_].text);
            if (named) at_ += 2;
            const std::string value = expression();
            if (named) found[name] = value;
            if (kind(at_) != TokenKind::comma) break;
        }
        return found;
    }

private:
    TokenKind kind(std::size_t i) const { return i < tokens_.size() ? tokens_[i].kind : TokenKind::end; }

    // Behind "config(", where that is no attribute of something.
    std::size_t first_argument() const {
        for (std::size_t i = 1; i + 1 < tokens_.size(); ++i)
            if (kind(i) == TokenKind::name && tokens_[i].text == "config" && kind(i + 1) == TokenKind::lparen && kind(i - 1) != TokenKind::dot) return i + 2;
        return tokens_.size();
    }

    // Up to the comma or parenthesis that ends it.
    std::string expression() {
        std::string text;
        for (int depth = 0; at_ + 1 < tokens_.size(); ++at_) {
            const TokenKind now = kind(at_);
            if (depth == 0 && (now == TokenKind::comma || now == TokenKind::rparen)) break;
            if (now == TokenKind::lparen || now == TokenKind::lbracket || now == TokenKind::lbrace) ++depth;
            if (now == TokenKind::rparen || now == TokenKind::rbracket || now == TokenKind::rbrace) --depth;
            text += (text.empty() ? "" : " ") + written(at_);
        }
        return text;
    }

    std::string written(std::size_t i) const {
        std::string text = source_.substr(tokens_[i].offset, tokens_[i + 1].offset - tokens_[i].offset);
        while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
        return text;
    }

    const std::string source_;
    const jinja::TokenList list_;
    const std::vector<Token> &tokens_;
    std::size_t at_ = 0;
};

}  // namespace

Json written_config(const std::string &text) {
    if (text.find("config(") == std::string::npos) return Json::object();
    return CallReader(text).read();
}

}  // namespace mesh::core::project
