#include "cli/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/text.h"

namespace mesh::cli {
namespace {

// Aliases repeat what they name, so that a short text could become an endless one.
constexpr long most_nodes = 1'000'000;

struct Converter {
    const std::string &what;
    long nodes = 0;

    Json convert(const YAML::Node &node) {
        if (++nodes > most_nodes) throw Error("54000", what + " is too large");
        switch (node.Type()) {
            case YAML::NodeType::Sequence: return sequence(node);
            case YAML::NodeType::Map: return mapping(node);
            case YAML::NodeType::Scalar: return scalar(node);
            default: return nullptr;
        }
    }

    Json sequence(const YAML::Node &node) {
        Json list = Json::array();
        for (const auto &item : node) list.push_back(convert(item));
        return list;
    }

    Json mapping(const YAML::Node &node) {
        Json map = Json::object();
        for (const auto &entry : node) {
            if (entry.first.IsScalar() && entry.first.Scalar() == "<<" && entry.second.IsMap()) {
                for (const auto &[key, value] : mapping(entry.second).items())
                    if (!map.contains(key)) map[key] = value;
                continue;
            }
            map[entry.first.IsScalar() ? entry.first.Scalar() : "null"] = convert(entry.second);
        }
        return map;
    }

    static Json scalar(const YAML::Node &node) {
        const std::string &text = node.Scalar();
        if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return text;
        return resolve(text);
    }

    static Json resolve(const std::string &text) {
        for (const char *word : {"", "~", "null", "Null", "NULL"})
            if (text == word) return nullptr;
        for (const char *word : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
            if (text == word) return true;
        for (const char *word : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
            if (text == word) return false;
        return number(text);
    }

    static Json number(const std::string &text) {
        const char *begin = text.data() + (text[0] == '+'), *end = text.data() + text.size();
        const bool octal = text.size() > 1 && text[0] == '0' && text.find_first_not_of("01234567") == std::string::npos;
        long whole = 0;
        if (auto [stop, error] = std::from_chars(begin, end, whole, octal ? 8 : 10); error == std::errc() && stop == end) return whole;
        // PyYAML wants the point: 1e3 is text there.
        if (text.find('.') == std::string::npos || text.find_first_not_of("0123456789.eE+-") != std::string::npos) return text;
        double real = 0;
        if (auto [stop, error] = std::from_chars(begin, end, real); error == std::errc() && stop == end) return real;
        return text;
    }
};

}  // namespace

Json parse_yaml(const std::string &text, const std::string &what) {
    try {
        return Converter{what}.convert(YAML::Load(text));
    } catch (const YAML::Exception &broken) {
        throw Error("42601", what + " is not valid YAML",
                    "Line " + std::to_string(broken.mark.line + 1) + ", column " + std::to_string(broken.mark.column + 1) + ": " + broken.msg + ".");
    }
}

Json parse_mapping(const std::string &text, const std::string &what) {
    Json value = parse_yaml(text, what);
    if (value.is_null()) return Json::object();
    if (!value.is_object()) refuse(what + " must be a YAML mapping", "", "Write it as '{name: value}'.");
    return value;
}

std::string read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || std::filesystem::is_directory(path) || !(text << file.rdbuf() || file.peek() == EOF))
        throw Error("58030", "could not read file \"" + path + "\": " + std::strerror(errno));
    return text.str();
}

bool file_exists(const std::string &path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace mesh::cli
