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

Json to_json_value(const Value &value) {
    jinja::Guard::stack();
    switch (value.kind()) {
        case jinja::Kind::missing:
        case jinja::Kind::none:
        case jinja::Kind::undefined: return nullptr;
        case jinja::Kind::boolean: return value.boolean();
        case jinja::Kind::integer: return value.integer();
        case jinja::Kind::real: return value.real();
        case jinja::Kind::string: return value.text();
        case jinja::Kind::list:
        case jinja::Kind::tuple:
        case jinja::Kind::set: {
            Json items = Json::array();
            for (const Value &item : jinja::to_list(value)) items.push_back(to_json_value(item));
            return items;
        }
        case jinja::Kind::dict: {
            Json object = Json::object();
            for (std::size_t at = 0; const auto *entry = value.dict().next(at); ++at) {
                const Json key = to_json_value(entry->key);
                object[key.is_string() ? key.get<std::string>() : key.dump()] = to_json_value(entry->value);
            }
            return object;
        }
        case jinja::Kind::object: return jinja::to_text(value);
    }
    return nullptr;
}

}  // namespace mesh::core::project
