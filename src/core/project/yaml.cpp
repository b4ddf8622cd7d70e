// Builds the document from yaml-cpp's events: no tree of its own is made.
#include "core/project/yaml.h"

#include <map>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "core/error.h"
#include "core/project/interrupt.h"

namespace mesh::core::project {

namespace {

constexpr std::size_t most_values = 1'000'000, deepest = 200;

struct Built {
    Json value;
    YamlPlace place;
    std::size_t count = 1;  // of values in it
};

class Builder : public YAML::EventHandler {
public:
    explicit Builder(const std::string &file) : file_(file) {}

    void OnDocumentStart(const YAML::Mark &) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        count(1, at(mark));
        add({nullptr, at(mark)}, anchor);
    }
    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) fail(at(mark), "alias of a value that is not complete");
        count(found->second.count, at(mark));
        Built copy = found->second;
        copy.place.line = at(mark).line;
        copy.place.column = at(mark).column;
        add(std::move(copy), 0);
    }
    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor, const std::string &value) override {
        const bool key = awaits_key();
        count(1, at(mark));
        Json json = tag == "?" || tag.empty() ? yaml_scalar(value) : tagged(tag, value);
        if (key && json.is_string() && value == "<<" && tag == "?") merge_key_ = true;
        add({std::move(json), at(mark)}, anchor);
    }
    void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Json::array(), mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Json::object(), mark, anchor);
    }
    void OnMapEnd() override {
        Frame &frame = frames_.back();
        for (Built &source : frame.merged) merge(frame, source);
        close();
    }

    Built root;
    std::vector<std::string> duplicates;

private:
    struct Frame {
        Built built;
        YAML::anchor_t anchor = 0;
        bool has_key = false, key_merges = false;
        std::string key;
        YamlPlace key_place;
        std::vector<Built> merged;  // what << brought, the nearest first
    };

    static YamlPlace at(const YAML::Mark &mark) {
        return {static_cast<unsigned>(mark.line + 1), static_cast<unsigned>(mark.column + 1), {}};
    }

    [[noreturn]] void fail(const YamlPlace &place, const std::string &why) const {
        throw Error("42601", "invalid YAML in \"" + file_ + "\" at line " + std::to_string(place.line) + " column " + std::to_string(place.column),
                    "The parser says: " + why + ".");
    }

    bool awaits_key() const { return !frames_.empty() && frames_.back().built.value.is_object() && !frames_.back().has_key; }

    static Json tagged(const std::string &tag, const std::string &value) {
        if (tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" || tag == "tag:yaml.org,2002:bool" ||
            tag == "tag:yaml.org,2002:null")
            return yaml_scalar(value);
        return value;
    }

    // Keys are text in JSON; those of other types become what dbt's artifacts print.
    static std::string key_text(const Json &key) { return key.is_string() ? key.get<std::string>() : key.dump(); }

    // All that there is in memory, copies for anchors and aliases too.
    void count(std::size_t values, const YamlPlace &place) {
        check_interrupt();
        values_ += values;
        if (values_ > most_values) fail(place, "more than 1000000 values");
    }

    void open(Json empty, const YAML::Mark &mark, YAML::anchor_t anchor) {
        if (awaits_key()) fail(at(mark), "a mapping or sequence cannot be a key");
        if (frames_.size() >= deepest) fail(at(mark), "nested more than 200 levels deep");
        count(1, at(mark));
        frames_.emplace_back();
        frames_.back().built = {std::move(empty), at(mark)};
        frames_.back().anchor = anchor;
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        add(std::move(frame.built), frame.anchor);
    }

    void add(Built built, YAML::anchor_t anchor) {
        if (anchor) {
            count(built.count, built.place);
            anchors_[anchor] = built;
        }
        if (frames_.empty()) return void(root = std::move(built));
        Frame &frame = frames_.back();
        frame.built.count += built.count;
        if (frame.built.value.is_array()) {
            frame.built.value.push_back(std::move(built.value));
            frame.built.place.children.push_back(std::move(built.place));
        } else if (!frame.has_key) {
            frame.has_key = true;
            frame.key_merges = std::exchange(merge_key_, false);
            frame.key = key_text(built.value);
            frame.key_place = built.place;
        } else {
            frame.has_key = false;
            frame.key_merges ? take_merge(frame, std::move(built)) : set(frame, std::move(built));
        }
    }

    void set(Frame &frame, Built built) {
        built.place.line = frame.key_place.line;
        built.place.column = frame.key_place.column;
        auto &object = frame.built.value.get_ref<Json::object_t &>();
        for (std::size_t i = 0; i < object.size(); ++i) {
            auto &[key, value] = *(object.begin() + static_cast<std::ptrdiff_t>(i));
            if (key != frame.key) continue;
            duplicates.push_back("line " + std::to_string(built.place.line) + ": " + frame.key);
            value = std::move(built.value);
            frame.built.place.children[i] = std::move(built.place);
            return;
        }
        // ordered_map is a vector of pairs: pushing back spares it another search
        object.push_back({std::move(frame.key), std::move(built.value)});
        frame.built.place.children.push_back(std::move(built.place));
    }

    void take_merge(Frame &frame, Built built) {
        if (built.value.is_object()) return void(frame.merged.push_back(std::move(built)));
        if (!built.value.is_array()) fail(built.place, "expected a mapping or a list of mappings for merging");
        for (std::size_t i = 0; i < built.value.size(); ++i) {
            if (!built.value[i].is_object()) fail(built.place, "expected a mapping for merging");
            frame.merged.push_back({std::move(built.value[i]), std::move(built.place.children[i])});
        }
    }

    static void merge(Frame &frame, Built &source) {
        std::size_t i = 0;
        for (auto &[key, value] : source.value.items()) {
            check_interrupt();
            if (!frame.built.value.contains(key)) {
                frame.built.value[key] = std::move(value);
                frame.built.place.children.push_back(std::move(source.place.children[i]));
            }
            ++i;
        }
    }

    const std::string &file_;
    std::vector<Frame> frames_;
    std::map<YAML::anchor_t, Built> anchors_;
    std::size_t values_ = 0;
    bool merge_key_ = false;
};

// yaml-cpp's messages begin with the line, which is said already.
std::string reason(const YAML::Exception &error) {
    return error.msg;
}

}  // namespace

YamlDocument read_yaml(std::string_view text, const std::string &file) {
    std::istringstream stream{std::string(text)};
    Builder builder(file);
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) return {};
        Builder rest(file);
        if (parser.HandleNextDocument(rest)) throw Error("42601", "more than one YAML document in \"" + file + "\"");
    } catch (const YAML::Exception &error) {
        throw Error("42601", "invalid YAML in \"" + file + "\" at line " + std::to_string(error.mark.line + 1) + " column " + std::to_string(error.mark.column + 1),
                    "The parser says: " + reason(error) + ".");
    }
    return {std::move(builder.root.value), std::move(builder.root.place), std::move(builder.duplicates)};
}

YamlDocument read_yaml_file(std::string_view text, const std::string &file) {
    return read_yaml(text.substr(0, text.find_last_not_of(" \t\r\n\f\v") + 1), file);
}

}  // namespace mesh::core::project
