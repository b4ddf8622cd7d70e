// libFuzzer target for reading projects: the bytes are files, each "path\n" and its text up to a 0 byte. They are read, or raise Error; and a
// project that is read, stored and read again in part, with one of its files changed, is the same as the whole.
#include <cstdint>
#include <string_view>

#include "../unit/stored_project.h"
#include "core/error.h"
#include "core/jinja/error.h"
#include "core/project/interrupt.h"

namespace {

using namespace mesh::core::project;

unsigned calls = 0;

// A template may ask for much work with few bytes.
void give_up() {
    if (++calls > 2000) throw mesh::core::Error("57014", "the project took too long");
}

Files read_files(std::string_view bytes) {
    Files files{{"dbt_project.yml", "name: fuzz\n"}};
    while (!bytes.empty()) {
        const std::string_view file = bytes.substr(0, bytes.find('\0'));
        bytes.remove_prefix(std::min(bytes.size(), file.size() + 1));
        const std::size_t line = file.find('\n');
        if (line != std::string_view::npos) files[std::string(file.substr(0, line))] = std::string(file.substr(line + 1));
    }
    return files;
}

Settings settings() {
    Settings settings;
    settings.database = "db";
    settings.schema = "dev";
    settings.env = {{"HOME", "/"}};
    return settings;
}

Resources resources_of(const Manifest &manifest) {
    Resources resources;
    for_each_resource(manifest, [&](const std::string &id, Json json) { resources[id] = json.dump(-1, ' ', false, Json::error_handler_t::replace); });
    return resources;
}

// The file with a line more.
void read_in_part(const Files &files, const Manifest &before, const std::string &path) {
    sample::StoredInMemory stored(files, before);
    const Files changed{{path, files.at(path) + "\n# {{ 1 }}\n"}};
    Files after = files;
    after[path] = changed.at(path);
    const auto read = parse_part(stored.head, changed, settings(), stored);
    if (!std::holds_alternative<Part>(read)) return;
    const Part &part = std::get<Part>(read);
    Resources resources = stored.resources;
    for (const auto &[id, text] : part.before) resources.erase(id);
    for (const auto &[id, text] : part.after) resources[id] = text;
    if (resources != resources_of(parse(after, settings()))) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    set_interrupt(give_up);
    calls = 0;
    const Files files = read_files(std::string_view(reinterpret_cast<const char *>(data), size));
    try {
        const Manifest manifest = parse(files, settings());
        manifest_text(manifest);
        read_in_part(files, manifest, std::prev(files.end())->first);
    } catch (const mesh::core::Error &) {
    } catch (const Json::exception &) {  // text that is not UTF-8 cannot be stored; the server's is
    }
    return 0;
}
