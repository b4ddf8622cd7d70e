#include "core/near.h"

#include <algorithm>

namespace mesh::core {

namespace {

constexpr size_t kFew = 10;

// Levenshtein's distance, by bytes.
size_t distance(const std::string &a, const std::string &b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++) row[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string quoted_list(const std::vector<std::string> &names, const std::string &last) {
    std::string out;
    for (size_t i = 0; i < names.size(); i++)
        out += (i == 0 ? "" : i + 1 == names.size() ? last : ", ") + ("\"" + names[i] + "\"");
    return out;
}

}  // namespace

std::vector<std::string> near(const std::string &word, const std::vector<std::string> &names) {
    std::vector<std::pair<size_t, std::string>> found;
    for (const std::string &name : names) {
        size_t slips = distance(word, name);
        if (slips <= std::max<size_t>(1, std::min(word.size(), name.size()) / 3)) found.emplace_back(slips, name);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (size_t i = 0; i < found.size() && i < 3; i++) out.push_back(found[i].second);
    return out;
}

std::string name_hint(const std::string &word, const std::vector<std::string> &names) {
    std::vector<std::string> close = near(word, names);
    if (!close.empty()) return "Perhaps you mean " + quoted_list(close, " or ") + ".";
    if (names.empty() || names.size() > kFew) return "";
    return "Known are " + quoted_list(names, " and ") + ".";
}

}  // namespace mesh::core
