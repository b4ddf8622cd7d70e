#include "core/project/pg_array.h"

#include "core/jinja/object.h"
#include "core/jinja/text.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

class ArrayReader {
public:
    ArrayReader(const std::string &text, const std::string &type) : text_(text), type_(type) {}

    // False when the text is no array.
    bool read(Value &value) {
        if (at_ < text_.size() && text_[at_] == '[') at_ = text_.find('{');  // bounds: "[0:2]={...}"
        return at_ < text_.size() && list(value) && at_ == text_.size();
    }

private:
    bool list(Value &value) {
        if (text_[at_] != '{') return false;
        ++at_;
        std::vector<Value> items;
        while (at_ < text_.size() && text_[at_] != '}') {
            Value item;
            if (!(text_[at_] == '{' ? list(item) : element(item))) return false;
            items.push_back(std::move(item));
            if (at_ < text_.size() && text_[at_] == ',') ++at_;
        }
        if (at_ >= text_.size()) return false;
        ++at_;
        value = Value(std::move(items));
        return true;
    }

    bool element(Value &value) {
        const bool quoted = text_[at_] == '"';
        std::string out;
        if (quoted) ++at_;
        while (at_ < text_.size() && (quoted ? text_[at_] != '"' : text_[at_] != ',' && text_[at_] != '}')) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            out += text_[at_++];
        }
        if (quoted && at_ < text_.size()) ++at_;
        value = !quoted && out == "NULL" ? Value() : typed(out);
        return true;
    }

    Value typed(const std::string &out) const {
        if (type_ == "integer" || type_ == "bigint" || type_ == "smallint")
            if (auto number = jinja::parse_int(out)) return Value(*number);
        if (type_ == "double precision" || type_ == "real")
            if (auto number = jinja::parse_float(out)) return Value(*number);
        if (type_ == "boolean") return Value(out == "t");
        return Value(out);
    }

    const std::string &text_, &type_;
    std::size_t at_ = 0;
};

}  // namespace

Value read_array(const std::string &text, const std::string &element_type) {
    Value value;
    return ArrayReader(text, element_type).read(value) ? value : Value(text);
}

}  // namespace mesh::core::project
