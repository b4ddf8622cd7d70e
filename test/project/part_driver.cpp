// Changes the files of a project one at a time, at random, and compares what reading it in part makes of it with what reading it whole does:
//
//   part_driver DIRECTORY [PROFILES.YML] [--seed N] [--changes N]
//
// One line says how many changes were read in part, how many demanded the whole, and how many were mistakes. Exits with 1 when a part was
// not the same as the whole.
#include <iostream>
#include <random>

#include "../unit/stored_project.h"
#include "core/error.h"
#include "directory.h"

using namespace mesh;
using namespace mesh::core::project;

namespace {

struct Options {
    std::string directory;
    Settings settings;
    unsigned seed = 1, changes = 200;
};

Options read_options(int argc, char **argv) {
    Options options;
    options.settings.env = test::environment();
    options.settings.database = "db";
    options.settings.schema = "public";
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--seed") options.seed = static_cast<unsigned>(std::stoul(argv[++i]));
        else if (argument == "--changes") options.changes = static_cast<unsigned>(std::stoul(argv[++i]));
        else if (options.directory.empty()) options.directory = argument;
        else options.settings.profiles = test::read_file(argument);
    }
    return options;
}

std::vector<std::string> lines_of(const std::string &text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// A line less, twice, elsewhere, or from another file; a word for another.
class Changer {
public:
    Changer(const Files &files, unsigned seed) : files_(files), random_(seed) {
        for (const auto &[path, text] : files) paths_.push_back(path);
    }

    std::pair<std::string, std::string> next() {
        const std::string &path = pick(paths_);
        std::vector<std::string> lines = lines_of(files_.at(path)), others = lines_of(files_.at(pick(paths_)));
        if (lines.empty()) lines.emplace_back();
        const std::size_t at = below(lines.size());
        switch (below(6)) {
            case 0: lines.erase(lines.begin() + static_cast<long>(at)); break;
            case 1: lines.insert(lines.begin() + static_cast<long>(at), lines[at]); break;
            case 2: std::swap(lines[at], lines[below(lines.size())]); break;
            case 3: if (!others.empty()) lines.insert(lines.begin() + static_cast<long>(at), pick(others)); break;
            case 4: lines[at] += path.ends_with(".sql") ? " -- x" : " # x"; break;
            default: change_word(lines[at]);
        }
        std::string text;
        for (const std::string &line : lines) text += line + "\n";
        return {path, text};
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    const std::string &pick(const std::vector<std::string> &list) { return list[below(list.size())]; }

    void change_word(std::string &line) {
        static const std::vector<std::string> words = {"unique", "not_null", "true", "false", "view", "table", "ephemeral", "public", "x", "1", "description: y"};
        const std::size_t start = line.find_first_not_of(" -'\"", line.size() / 2), end = line.find_first_of(" '\":,", start == std::string::npos ? start : start + 1);
        if (start != std::string::npos) line.replace(start, end == std::string::npos ? end : end - start, pick(words));
    }

    const Files &files_;
    std::mt19937 random_;
    std::vector<std::string> paths_;
};

Resources resources_of(const Manifest &manifest) {
    Resources resources;
    for_each_resource(manifest, [&](const std::string &id, Json json) { resources[id] = json.dump(); });
    return resources;
}

struct Counts {
    unsigned part = 0, whole = 0, mistakes = 0, wrong = 0;
};

bool same(const sample::StoredInMemory &stored, const Part &part, const Manifest &whole) {
    Resources resources = stored.resources;
    for (const auto &[id, text] : part.before) resources.erase(id);
    for (const auto &[id, text] : part.after) resources[id] = text;
    const Resources all = resources_of(whole);
    for (const auto &[id, text] : all)
        if (!resources.contains(id) || resources.at(id) != text) std::cout << id << "\n  in part: " << (resources.contains(id) ? resources.at(id) : "none") << "\n  whole:   " << text << "\n";
    for (const auto &[id, text] : resources)
        if (!all.contains(id)) std::cout << id << " is in the part alone\n";
    const Json head = head_to_json(part.manifest), whole_head = head_to_json(whole);
    if (head != whole_head) std::cout << "head in part: " << head["warnings"] << "\n  whole:      " << whole_head["warnings"] << "\n";
    return resources == all && head == whole_head;
}

void compare(const Options &options, sample::StoredInMemory &stored, const Files &before, const std::string &path, const std::string &text, Counts &counts) {
    Files after = before;
    after[path] = text;
    std::optional<Manifest> whole;
    try {
        whole = parse(after, options.settings);
    } catch (const core::Error &) {
        ++counts.mistakes;
    }
    try {
        const auto read = parse_part(stored.head, {{path, text}}, options.settings, stored);
        if (std::holds_alternative<NotInPart>(read)) return void(counts.whole += whole.has_value());
        counts.part += whole.has_value();
        if (whole && same(stored, std::get<Part>(read), *whole)) return;
        if (!whole) std::cout << "a mistake that the part does not see\n";
    } catch (const core::Error &error) {
        if (!whole) return;
        std::cout << "an error in part alone: " << error.what() << "\n";
    }
    ++counts.wrong;
    std::cout << "^ " << path << ":\n" << text << "\n";
}

int run(const Options &options) {
    const Files files = test::read_directory(options.directory, {".sql", ".yml", ".yaml", ".csv", ".md", ".py"});
    sample::StoredInMemory stored(files, parse(files, options.settings));
    Changer changer(files, options.seed);
    Counts counts;
    for (unsigned i = 0; i < options.changes; ++i) {
        const auto [path, text] = changer.next();
        compare(options, stored, files, path, text, counts);
    }
    std::cout << options.directory << ": " << counts.part << " in part, " << counts.whole << " whole, " << counts.mistakes << " mistakes, " << counts.wrong << " wrong\n";
    return counts.wrong != 0;
}

}  // namespace

int main(int argc, char **argv) {
    try {
        return run(read_options(argc, argv));
    } catch (const core::Error &error) {
        std::cerr << "error " << error.sqlstate << ": " << error.what() << "\n" << error.detail << "\n";
        return 2;
    }
}
