#include "core/project/version_range.h"

#include <array>
#include <regex>

#include "core/error.h"

namespace mesh::core::project {

namespace {

struct Version {
    std::array<long, 3> numbers{};
    std::string prerelease;
};

struct Specifier {
    std::string matcher;
    Version version;
};

Specifier parse_specifier(const std::string &text) {
    static const std::regex pattern(R"(\s*(=|>=|<=|>|<)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-?((?:a|b|rc|alpha|beta)[0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]+)?\s*)");
    std::smatch match;
    if (!std::regex_match(text, match, pattern)) throw Error("22023", "\"" + text + "\" is not a version specifier", "", "Write for example \">=1.3.0\".");
    Specifier found{match[1].matched ? match[1].str() : "=", {}};
    for (int i = 0; i < 3; ++i) found.version.numbers[i] = match[2 + i].matched ? std::stol(match[2 + i].str()) : 0;
    found.version.prerelease = match[5].str();
    return found;
}

int order(const Version &a, const Version &b) {
    if (a.numbers != b.numbers) return a.numbers < b.numbers ? -1 : 1;
    if (a.prerelease == b.prerelease) return 0;
    if (a.prerelease.empty() || b.prerelease.empty()) return a.prerelease.empty() ? 1 : -1;
    return a.prerelease < b.prerelease ? -1 : 1;
}

bool fits(const Version &version, const Specifier &specifier) {
    const int sign = order(version, specifier.version);
    if (specifier.matcher == "=") return sign == 0;
    if (specifier.matcher == ">=") return sign >= 0;
    if (specifier.matcher == "<=") return sign <= 0;
    return specifier.matcher == ">" ? sign > 0 : sign < 0;
}

std::vector<std::string> texts(const Json &specifiers) {
    std::vector<std::string> found;
    if (specifiers.is_array()) {
        for (const Json &item : specifiers) found.push_back(item.is_string() ? item.get<std::string>() : item.dump());
        return found;
    }
    const std::string all = specifiers.is_string() ? specifiers.get<std::string>() : specifiers.dump();
    for (std::size_t at = 0; at <= all.size();) {
        const std::size_t end = std::min(all.find(',', at), all.size());
        found.push_back(all.substr(at, end - at));
        at = end + 1;
    }
    return found;
}

}  // namespace

bool version_fits(const std::string &version, const Json &specifiers) {
    const Version installed = parse_specifier(version).version;
    for (const std::string &text : texts(specifiers))
        if (!fits(installed, parse_specifier(text))) return false;
    return true;
}

}  // namespace mesh::core::project
