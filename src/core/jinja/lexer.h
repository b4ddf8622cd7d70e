// Cuts a template into tokens: text, tags, and what stands in them. White space control is applied here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

enum class TokenKind : std::uint8_t {
    data,
    block_begin,
    block_end,
    variable_begin,
    variable_end,
    name,
    string,
    integer,
    real,
    end,
    bad,  // the source cannot be read from here: see TokenList::problem
    add,
    sub,
    mul,
    div,
    floordiv,
    mod,
    pow,
    tilde,
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    assign,
    dot,
    colon,
    pipe,
    comma,
    semicolon,
    lparen,
    rparen,
    lbracket,
    rbracket,
    lbrace,
    rbrace,
};

struct Token {
    TokenKind kind;
    std::string_view text;  // of data and names: in the source; of strings: quotes and escapes as written
    std::uint32_t offset;
    Position position;
};

// How a token is called in messages: "begin of statement block", "name", "+".
std::string describe(TokenKind kind);
std::string describe(const Token &token);

// The source with every line end as \n and without its last one. Tokens point into it: keep it.
std::string normalize_source(std::string_view source);

// Ends with an "end" token, or with a "bad" one and the message for it.
struct TokenList {
    std::vector<Token> tokens;
    std::string problem;
};
TokenList tokenize(const std::string &source, unsigned first_line = 1);

// What a string token stands for. Raises TemplateSyntaxError for a bad escape.
std::string unescape(std::string_view quoted);

}  // namespace mesh::core::jinja
