#include "core/project/select_name.h"

#include <algorithm>

namespace mesh::core::project {

namespace {

void split_into(std::vector<std::string> &parts, const std::string &text) {
    parts.emplace_back();
    for (char c : text) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
}

std::vector<std::string> split(const std::string &text) {
    std::vector<std::string> parts;
    split_into(parts, text);
    return parts;
}

std::string joined(const std::vector<std::string> &parts, std::size_t from, char separator) {
    std::string text;
    for (std::size_t i = from; i < parts.size(); i++) text += (i == from ? "" : std::string(1, separator)) + parts[i];
    return text;
}

std::string last_two(const std::vector<std::string> &parts) {
    return joined(parts, parts.size() < 2 ? 0 : parts.size() - 2, '_');
}

std::size_t first_wild(const std::vector<std::string> &parts) {
    const auto wild = std::find_if(parts.begin(), parts.end(), [](const std::string &part) { return part.find_first_of("*?[]") != std::string::npos; });
    return static_cast<std::size_t>(wild - parts.begin());
}

core::Pattern glob(const std::string &text) {
    return core::Pattern({text, text});
}

}  // namespace

NamePattern::NamePattern(const std::string &value)
    : value_(value), parts_(split(value)), first_wild_(first_wild(parts_)), whole_(glob(value)), tail_(glob(joined(parts_, first_wild_, '.'))) {}

bool NamePattern::matches(const std::vector<std::string> &fqn, bool versioned) const {
    return matches_from(fqn, 0, versioned) || matches_from(fqn, 1, versioned);
}

// A versioned model's fully qualified name ends with its name and "v2"; "name_v2" and "name.v2" mean it.
bool NamePattern::is_own_name(const std::vector<std::string> &fqn, std::size_t first, bool versioned) const {
    if (!versioned) return fqn.back() == value_;
    if (fqn.size() < first + 2) return false;
    return fqn[fqn.size() - 2] == value_ || last_two(fqn) == last_two(parts_);
}

bool NamePattern::matches_from(const std::vector<std::string> &fqn, std::size_t first, bool versioned) const {
    if (fqn.size() <= first) return false;
    if (is_own_name(fqn, first, versioned)) return true;
    std::vector<std::string> flat;  // dots in a name part it too
    for (std::size_t i = first; i < fqn.size(); i++) split_into(flat, fqn[i]);
    if (flat.size() < parts_.size() || !std::equal(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first_wild_), flat.begin())) return false;
    if (first_wild_ == parts_.size() || tail_.matches(joined(flat, first_wild_, '.'))) return true;
    if (parts_.size() > 1) return false;
    return whole_.matches(versioned && fqn.size() > 1 ? fqn[fqn.size() - 2] : fqn.back());
}

}  // namespace mesh::core::project
