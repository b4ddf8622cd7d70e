#include "core/exact_json.h"

#include <vector>

namespace mesh::core {

namespace {

using Json = nlohmann::json;

Json exact(const std::string &text) {
    return Json::binary({text.begin(), text.end()});
}

// Builds the value from the parser's events, which give a number's text.
class Builder : public nlohmann::json_sax<Json> {
public:
    Builder() noexcept(false) = default;  // values take memory

    Json result;

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t, const string_t &text) override { return put(exact(text)); }
    bool string(string_t &value) override { return put(value); }
    bool binary(binary_t &) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t &name) override {
        keys_.back() = name;
        return true;
    }

    // Reached for text that Json::accept took: never.
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

private:
    bool put(Json value) {
        if (open_.empty()) result = std::move(value);
        else if (open_.back().is_array()) open_.back().push_back(std::move(value));
        else open_.back()[keys_.back()] = std::move(value);
        return true;
    }

    bool open(Json value) {
        open_.push_back(std::move(value));
        keys_.emplace_back();
        return true;
    }

    bool close() {
        Json value = std::move(open_.back());
        open_.pop_back();
        keys_.pop_back();
        return put(std::move(value));
    }

    std::vector<Json> open_;
    std::vector<std::string> keys_;
};

}  // namespace

Json parse_exact(const std::string &text) {
    if (!Json::accept(text)) return Json::parse(text);  // throws what is wrong
    Builder builder;
    Json::sax_parse(text, &builder);
    return builder.result;
}

bool is_exact(const Json &value) {
    return value.is_binary();
}

std::string exact_text(const Json &value) {
    const auto &bytes = value.get_binary();
    return {bytes.begin(), bytes.end()};
}

std::string dump_exact(const Json &value) {
    if (is_exact(value)) return exact_text(value);
    if (!value.is_structured()) return value.dump();
    std::string out;
    for (const auto &[key, item] : value.items()) {
        out += out.empty() ? "" : ",";
        if (value.is_object()) out += Json(key).dump() + ":";
        out += dump_exact(item);
    }
    return value.is_object() ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace mesh::core
