#include "cli/yaml.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

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
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    std::string text;
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);  // what has none, such as a pipe, is read to its end like the rest
    for (std::size_t room = unknown ? 0 : size; file;) {
        const std::size_t have = text.size();
        text.resize(have + room + 1);
        const std::size_t got = std::fread(text.data() + have, 1, room + 1, file.get());
        text.resize(have + got);
        if (got <= room) break;
        room = 65536;
    }
    if (!file || std::ferror(file.get()) != 0) throw Error("58030", "could not read file \"" + path + "\": " + std::strerror(errno));
    return text;
}

bool file_exists(const std::string &path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace mesh::cli
