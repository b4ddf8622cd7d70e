#include "core/jinja/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/jinja/guard.h"
#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

class Writer {
public:
    explicit Writer(const JsonStyle &style) : style_(style) {}

    void write(const Value &value) {
        Guard::step();
        Guard::string_size(out.size());
        switch (value.kind()) {
            case Kind::none: out += "null"; return;
            case Kind::boolean: out += value.boolean() ? "true" : "false"; return;
            case Kind::integer: out += std::to_string(value.integer()); return;
            case Kind::real: out += number(value.real()); return;
            case Kind::string: return text(value.text());
            case Kind::list:
            case Kind::tuple: return list(*value.sequence());
            case Kind::dict: return dict(value.dict());
            default: raise_type("Object of type " + type_name(value) + " is not JSON serializable");
        }
    }

    std::string out;

private:
    static std::string number(double value) {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
        return float_text(value);
    }

    void escape(unsigned unit) {
        char buffer[8];
        out.append(buffer, std::snprintf(buffer, sizeof buffer, "\\u%04x", unit));
    }

    void text(std::string_view text) {
        static constexpr std::string_view plain = "\"\\\n\r\t\f\b", letters = "\"\\nrtfb";
        out += '"';
        for (std::size_t at = 0; at < text.size();) {
            const char32_t c = decode(text, at);
            const std::size_t short_form = c < 0x80 ? plain.find(static_cast<char>(c)) : plain.npos;
            if (short_form != plain.npos) {
                out += '\\';
                out += letters[short_form];
            } else if (c >= ' ' && c < 0x7F) {
                out += static_cast<char>(c);
            } else if (c < 0x10000) {
                c == 0x7F ? void(out += '\x7f') : escape(c);
            } else {
                escape(0xD800 + ((c - 0x10000) >> 10));
                escape(0xDC00 + ((c - 0x10000) & 0x3FF));
            }
        }
        out += '"';
    }

    void line() {
        if (!style_.indent) return;
        out += '\n';
        for (unsigned i = 0; i < depth_; ++i) out += *style_.indent;
    }

    void separate(bool &first) {
        if (!std::exchange(first, false)) out += style_.indent ? "," : ", ";
        line();
    }

    void list(const std::vector<Value> &items) {
        if (items.empty()) return void(out += "[]");
        bool first = true;
        out += '[';
        ++depth_;
        for (const Value &item : items) {
            separate(first);
            write(item);
        }
        --depth_;
        line();
        out += ']';
    }

    void key(const Value &key) {
        if (key.is_string()) return text(key.text());
        if (!key.is_none() && !key.is_number())
            raise_type("keys must be str, int, float, bool or None, not " + type_name(key));
        out += '"';
        write(key);
        out += '"';
    }

    void dict(const Dict &dict) {
        if (dict.size() == 0) return void(out += "{}");
        std::vector<Value> items = dict.items();
        if (style_.sort_keys) sort_values(items, dict.keys(), false);
        bool first = true;
        out += '{';
        ++depth_;
        for (const Value &item : items) {
            separate(first);
            key(item.tuple().items[0]);
            out += ": ";
            write(item.tuple().items[1]);
        }
        --depth_;
        line();
        out += '}';
    }

    const JsonStyle &style_;
    unsigned depth_ = 0;
};

// Builds values from the events of the parser, without recursion.
class Reader : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return add(Value()); }
    bool boolean(bool value) override { return add(Value(value)); }
    bool number_integer(number_integer_t value) override { return add(Value(static_cast<std::int64_t>(value))); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<std::uint64_t>(INT64_MAX)) raise(ErrorClass::overflow, "integer too large for 64 bits");
        return add(Value(static_cast<std::int64_t>(value)));
    }
    bool number_float(number_float_t value, const string_t &text) override {
        if (text.find_first_of(".eE") == std::string::npos)
            raise(ErrorClass::overflow, "integer too large for 64 bits");
        return add(Value(static_cast<double>(value)));
    }
    bool string(string_t &value) override { return add(Value(std::move(value))); }
    bool binary(binary_t &) override { return false; }
    bool start_object(std::size_t) override { return open(Value(make<Dict>())); }
    bool key(string_t &value) override {
        keys_.emplace_back(std::move(value));
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Value(std::vector<Value>())); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string &, const nlohmann::json::exception &) override { return false; }

    Value root;

private:
    bool add(Value value) {
        if (open_.empty()) {
            root = std::move(value);
        } else if (open_.back().is(Kind::list)) {
            open_.back().list().items.push_back(std::move(value));
        } else {
            open_.back().dict().set(keys_.back(), std::move(value));
            keys_.pop_back();
        }
        return true;
    }

    bool open(Value container) {
        Value same = container;
        add(std::move(same));
        open_.push_back(std::move(container));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::vector<Value> open_, keys_;
};

}  // namespace

std::string to_json(const Value &value, const JsonStyle &style) {
    Writer writer(style);
    writer.write(value);
    return std::move(writer.out);
}

std::optional<Value> from_json(std::string_view text) {
    Reader reader;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return std::nullopt;
    return std::move(reader.root);
}

}  // namespace mesh::core::jinja
