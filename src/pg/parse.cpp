// Scanning and raw parsing of a model's body; see analyze.h.
#include "pg/raw_body.h"

#include <algorithm>

extern "C" {
#include "common/keywords.h"
#include "mb/pg_wchar.h"
#include "parser/parser.h"
#include "parser/scanner.h"
#include "utils/guc.h"
}

namespace mesh::pg {

namespace {

// What the scanner calls a string constant, asked of the scanner itself: gram.h, which has the name, is private since 16.
int string_code() {
    static const int code = call([] {
        core_yy_extra_type extra;
        core_YYSTYPE value;
        YYLTYPE location = 0;
        core_yyscan_t scanner = scanner_init("''", &extra, &ScanKeywords, ScanKeywordTokens);
        int found = core_yylex(&value, &location, scanner);
        scanner_finish(scanner);
        return found;
    });
    return code;
}

struct RawToken {
    int code;
    int begin;
    const char *text;
};

// Reads "{{ ref('a') }}", "{{ ref('a', 'b') }}" or "{{ source('a', 'b') }}" at tokens[i]; returns the index
// behind it.
size_t read_template(const std::string &text, const std::vector<Token> &tokens, size_t i, TemplateCall *out) {
    auto fail = [&](size_t at) -> size_t {
        int position = at < tokens.size() ? tokens[at].begin : static_cast<int>(text.size());
        raise_at("42601", "unsupported template expression", text, position,
                 "Use {{ ref('model') }}, {{ ref('domain', 'model') }} or {{ source('source', 'table') }}.");
    };
    auto code = [&](size_t at) { return at < tokens.size() ? tokens[at].code : 0; };
    out->begin = tokens[i].begin;
    size_t at = i + 2;
    if (at >= tokens.size()) return fail(at);
    if (word_at(text, tokens[at].begin, "ref")) out->function = "ref";
    else if (word_at(text, tokens[at].begin, "source")) out->function = "source";
    else return fail(at);
    if (code(at + 1) != '(' || code(at + 2) != string_code()) return fail(at + 1);
    out->arguments.push_back(tokens[at + 2].text);
    at += 3;
    if (code(at) == ',' && code(at + 1) == string_code()) {
        out->arguments.push_back(tokens[at + 1].text);
        at += 2;
    }
    if (code(at) != ')' || code(at + 1) != '}' || code(at + 2) != '}') return fail(at);
    if (out->function == "source" && out->arguments.size() != 2) return fail(at);
    out->end = tokens[at + 2].begin + 1;
    return at + 3;
}

}  // namespace

NoNotices::NoNotices() : level_(client_min_messages) {
    client_min_messages = std::max(level_, WARNING);
}

NoNotices::~NoNotices() {
    client_min_messages = level_;
}

std::vector<Token> scan(const std::string &text) {
    const NoNotices quiet;
    core_yy_extra_type extra;
    const char *source = text.c_str();
    int string = string_code();
    core_yyscan_t scanner = call([&] { return scanner_init(source, &extra, &ScanKeywords, ScanKeywordTokens); });
    std::vector<Token> tokens;
    for (;;) {
        RawToken raw = call([scanner, string] {
            core_YYSTYPE value;
            YYLTYPE location = 0;
            int code = core_yylex(&value, &location, scanner);
            return RawToken{code, location, code == string ? value.str : ""};
        });
        if (raw.code == 0) break;
        tokens.push_back({raw.code, raw.begin, raw.text});
    }
    call([scanner] { scanner_finish(scanner); });
    return tokens;
}

bool word_at(const std::string &text, int at, std::string_view word) {
    if (text.size() < at + word.size()) return false;
    for (size_t i = 0; i < word.size(); i++)
        if (pg_tolower(static_cast<unsigned char>(text[at + i])) != word[i]) return false;
    return name_end(text, at) == at + static_cast<int>(word.size());
}

void raise_at(const char *sqlstate, const std::string &message, const std::string &text, int byte,
              const std::string &hint) {
    ErrorData *error = make_error(sqlstate, message.c_str(), "", hint.c_str(), core::ErrorKind::database);
    const char *source = text.c_str();
    call([=] {
        error->internalquery = pstrdup(source);
        error->internalpos = pg_mbstrlen_with_len(source, byte) + 1;
    });
    throw ServerError{error};
}

Template expand_template(const std::string &text) {
    Template result{text, {}};
    std::vector<Token> tokens = with_position(text, [&] { return scan(text); });
    for (size_t i = 0; i < tokens.size();) {
        if (tokens[i].code != '{') {
            i++;
            continue;
        }
        if (i + 1 >= tokens.size() || tokens[i + 1].code != '{' || tokens[i + 1].begin != tokens[i].begin + 1)
            raise_at("42601", "unsupported template expression", text, tokens[i].begin,
                     "Only {{ ref(...) }} and {{ source(...) }} are templates here.");
        TemplateCall found;
        i = read_template(text, tokens, i, &found);
        // A name of the same length, so that every position in the text stays what it was.
        std::string name = kPlaceholder + std::to_string(result.calls.size());
        for (int at = found.begin; at < found.end; at++)
            if (result.sql[at] != '\n') result.sql[at] = ' ';
        if (name.size() > static_cast<size_t>(found.end - found.begin))
            raise_at("54000", "too many templates in one body", text, found.begin, "");
        result.sql.replace(found.begin, name.size(), name);
        result.calls.push_back(found);
    }
    return result;
}

int name_end(const std::string &text, int begin) {
    size_t at = begin;
    for (;;) {
        if (at < text.size() && text[at] == '"') {
            for (at++; at < text.size(); at++) {
                if (text[at] != '"') continue;
                at++;  // behind the quote: the name's end, or the second one of two that stand for one
                if (at >= text.size() || text[at] != '"') break;
            }
        } else {
            while (at < text.size() && (isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_' ||
                                        text[at] == '$' || static_cast<unsigned char>(text[at]) >= 0x80))
                at++;
        }
        size_t next = at;
        while (next < text.size() && isspace(static_cast<unsigned char>(text[next]))) next++;
        if (next >= text.size() || text[next] != '.') return static_cast<int>(at);
        for (next++; next < text.size() && isspace(static_cast<unsigned char>(text[next]));) next++;
        at = next;
    }
}

}  // namespace mesh::pg
