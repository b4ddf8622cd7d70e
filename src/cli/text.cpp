#include "cli/text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>

#include "core/text.h"

namespace mesh::cli {
namespace {

// How many bytes the character that begins here takes; 0 when it is none.
std::size_t character(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return first ? 1 : 0;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const unsigned char second = byte(1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : size;
}

// So many bytes from here on are plain ASCII without NUL; looked at eight at a time.
std::size_t plain(std::string_view text, std::size_t at) {
    const std::size_t start = at;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t eight;
        std::memcpy(&eight, text.data() + at, 8);
        if ((eight & 0x8080808080808080ull) || ((eight - 0x0101010101010101ull) & ~eight & 0x8080808080808080ull)) break;
    }
    return at - start;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (end > 0) pieces.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return pieces;
}

std::string join(const std::vector<std::string> &pieces, std::string_view separator) {
    std::string all;
    for (const auto &piece : pieces) all += (&piece == &pieces.front() ? "" : std::string(separator)) + piece;
    return all;
}

std::string trim(std::string_view text) {
    const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && space(text.front())) text.remove_prefix(1);
    while (!text.empty() && space(text.back())) text.remove_suffix(1);
    return std::string(text);
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

bool ends_with(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

std::string counted(long count, const std::string &noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string counted_kind(long count, std::string kind) {
    if (count != 1) kind = core::plural(kind == "test" ? "data_test" : kind);
    std::replace(kind.begin(), kind.end(), '_', ' ');
    return std::to_string(count) + " " + kind;
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string without_colours(const std::string &text) {
    std::string plain_text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\033' && i + 1 < text.size() && text[i + 1] == '[') {
            i = std::min(text.find('m', i), text.size() - 1);
            continue;
        }
        plain_text += text[i];
    }
    return plain_text;
}

std::optional<std::size_t> not_utf8_at(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        at += plain(text, at);
        if (at == text.size()) break;
        const std::size_t size = character(text, at);
        if (size == 0) return at;
        at += size;
    }
    return std::nullopt;
}

}  // namespace mesh::cli
