#include "cli/yaml.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/project/yaml.h"

namespace mesh::cli {

Json parse_yaml(const std::string &text, const std::string &what) {
    return core::project::read_yaml(text, what).value;
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
