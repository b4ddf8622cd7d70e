// {{ name }} in a generic test; see fragment.h.
#include <algorithm>

#include "pg/fragment.h"
#include "pg/raw_body.h"

namespace mesh::pg {

namespace {

struct Place {
    int begin, end;
    std::string name;
    char quote;       // ' " $ or E (a string with backslash escapes) around it; 0: none
    std::string tag;  // $tag$
};

// What the token at `at` quotes with.
char quote_of(const std::string &text, int at) {
    auto is = [&](int i, const char *set) { return text[i] != '\0' && std::strchr(set, text[i]) != nullptr; };
    if (is(at, "'\"")) return text[at];
    if (text[at] == '$') return isdigit(static_cast<unsigned char>(text[at + 1])) ? '\0' : '$';
    if (is(at, "eE") && text[at + 1] == '\'') return 'E';
    if (is(at, "bBxXnN") && text[at + 1] == '\'') return '\'';
    if (is(at, "uU") && text[at + 1] == '&' && is(at + 2, "'\"")) return text[at + 2];
    return '\0';
}

// The end of the quoted text that starts at `at`. The scanner has proven that there is one.
int quoted_end(const std::string &text, int at, char quote, std::string *tag) {
    if (quote == '$') {
        *tag = text.substr(at, text.find('$', at + 1) - at + 1);
        return static_cast<int>(text.find(*tag, at + tag->size()) + tag->size());
    }
    char mark = quote == 'E' ? '\'' : quote;
    size_t i = text.find(mark, at) + 1;
    for (; i < text.size(); i++) {
        if (quote == 'E' && text[i] == '\\') i++;
        else if (text[i] == mark && (i + 1 >= text.size() || text[++i] != mark)) break;
    }
    return static_cast<int>(std::min(i, text.size()));
}

int skip_space(const std::string &text, int at) {
    while (at < static_cast<int>(text.size()) && isspace(static_cast<unsigned char>(text[at]))) at++;
    return at;
}

// "{{ name }}" at `at`; false when something else stands there.
bool read_place(const std::string &text, int at, Place *out) {
    if (text.compare(at, 2, "{{") != 0) return false;
    int begin = skip_space(text, at + 2), end = begin;
    while (end < static_cast<int>(text.size()) && (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) end++;
    int close = skip_space(text, end);
    if (end == begin || text.compare(close, 2, "}}") != 0) return false;
    *out = {at, close + 2, text.substr(begin, end - begin), '\0', ""};
    return true;
}

void places_in_quotes(const std::string &text, int begin, int end, char quote, const std::string &tag, std::vector<Place> *out) {
    Place place;
    for (int at = begin; at < end;) {
        size_t found = text.find("{{", at);
        if (found == std::string::npos || static_cast<int>(found) >= end) return;
        at = static_cast<int>(found) + 1;
        if (!read_place(text, static_cast<int>(found), &place) || place.end > end) continue;
        place.quote = quote;
        place.tag = tag;
        out->push_back(place);
        at = place.end;
    }
}

std::vector<Place> find_places(const std::string &text) {
    std::vector<Token> tokens = with_position(text, [&] { return scan(text); });
    std::vector<Place> out;
    for (size_t i = 0; i < tokens.size(); i++) {
        int begin = tokens[i].begin, next = i + 1 < tokens.size() ? tokens[i + 1].begin : static_cast<int>(text.size());
        Place place;
        if (char quote = quote_of(text, begin)) {
            std::string tag;
            // A string constant may go on in the next line: it is one token with several quoted parts.
            for (int at = begin; at < next && (at == begin || text[at] == '\'');) {
                int end = quoted_end(text, at, quote, &tag);
                places_in_quotes(text, at, end, quote, tag, &out);
                at = skip_space(text, end);
            }
        } else if (tokens[i].code == '{' && read_place(text, begin, &place)) {
            out.push_back(place);
            while (i + 1 < tokens.size() && tokens[i + 1].begin < place.end) i++;
        } else if (tokens[i].code == '{') {
            int word = skip_space(text, begin + 2);
            if (text.compare(begin, 2, "{{") != 0 || (!word_at(text, word, "ref") && !word_at(text, word, "source")))
                raise_at("42601", "unsupported template expression", text, begin,
                         "Use {{ model }}, {{ column_name }}, the name of an argument, {{ ref(...) }} or {{ source(...) }}.");
            while (i + 1 < tokens.size() && tokens[i].code != '}') i++;
            if (i + 1 < tokens.size() && tokens[i + 1].code == '}') i++;
        }
    }
    return out;
}

std::string escape(const std::string &text, const Place &place, const std::string &value) {
    if (place.quote == '$') {
        if (value.find(place.tag) != std::string::npos)
            raise_at("22023", "value of \"" + place.name + "\" contains the quote " + place.tag + " that surrounds it", text, place.begin, "");
        return value;
    }
    std::string out;
    char mark = place.quote == 'E' ? '\'' : place.quote;
    for (char c : value) {
        if (c == mark || (place.quote == 'E' && c == '\\')) out += c;
        out += c;
    }
    return out;
}

}  // namespace

Filled fill_placeholders(const std::string &text, const std::map<std::string, Placeholder> &values) {
    Filled out;
    int at = 0;
    for (const Place &place : find_places(text)) {
        auto value = values.find(place.name);
        if (value == values.end())
            raise_at("42601", "placeholder \"" + place.name + "\" is not an argument of the test", text, place.begin, "");
        out.text.append(text, at, place.begin - at);
        if (place.quote == '\0') {
            out.places.emplace_back(place.name, static_cast<int>(out.text.size()));
            out.text += value->second.sql;
        } else {
            out.text += escape(text, place, value->second.raw);
        }
        at = place.end;
    }
    out.text.append(text, at);
    return out;
}

std::vector<std::string> placeholder_names(const std::string &text) {
    std::vector<std::string> out;
    for (const Place &place : find_places(text))
        if (std::find(out.begin(), out.end(), place.name) == out.end()) out.push_back(place.name);
    return out;
}

}  // namespace mesh::pg
