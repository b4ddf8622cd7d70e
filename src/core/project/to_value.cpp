// JSON and template values.
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/base_context.h"

namespace mesh::core::project {

using jinja::Value;

Value to_value(const Json &json) {
    switch (json.type()) {
        case Json::value_t::null:
        case Json::value_t::discarded: return Value();
        case Json::value_t::boolean: return Value(json.get<bool>());
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned: return Value(json.get<std::int64_t>());
        case Json::value_t::number_float: return Value(json.get<double>());
        case Json::value_t::array: {
            std::vector<Value> items;
            items.reserve(json.size());
            for (const Json &item : json) items.push_back(to_value(item));
            return Value(std::move(items));
        }
        case Json::value_t::object: {
            auto dict = jinja::make<jinja::Dict>();
            for (const auto &[key, value] : json.items()) dict->set(Value(key), to_value(value));
            return Value(dict);
        }
        default: return Value(json.get<std::string>());
    }
}

namespace {

// Values may hold themselves, and one another many times over.
class JsonMaker {
public:
    Json make(const Value &value) {
        jinja::Guard::step();
        jinja::Guard::list_size(++made_);
        switch (value.kind()) {
            case jinja::Kind::missing:
            case jinja::Kind::none:
            case jinja::Kind::undefined: return nullptr;
            case jinja::Kind::boolean: return value.boolean();
            case jinja::Kind::integer: return value.integer();
            case jinja::Kind::real: return value.real();
            case jinja::Kind::string: return text(value.text());
            case jinja::Kind::list:
            case jinja::Kind::tuple:
            case jinja::Kind::set: return array(value);
            case jinja::Kind::dict: return object(value.dict());
            case jinja::Kind::object: return text(jinja::to_text(value));
        }
        return nullptr;
    }

private:
    Json text(const std::string &text) {
        jinja::Guard::output_size(bytes_ += text.size());
        return text;
    }

    Json array(const Value &value) {
        Json items = Json::array();
        for (const Value &item : jinja::to_list(value)) items.push_back(make(item));
        return items;
    }

    Json object(const jinja::Dict &dict) {
        Json object = Json::object();
        for (std::size_t at = 0; const auto *entry = dict.next(at); ++at) {
            const Json key = make(entry->key);
            object[key.is_string() ? key.get<std::string>() : key.dump()] = make(entry->value);
        }
        return object;
    }

    std::size_t made_ = 0, bytes_ = 0;
};

}  // namespace

Json to_json_value(const Value &value) {
    const jinja::Guard guard({}, nullptr);  // of what templates gave, when they are over
    return JsonMaker().make(value);
}

}  // namespace mesh::core::project
