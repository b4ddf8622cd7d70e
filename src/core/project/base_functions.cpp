#include "core/project/base_functions.h"

#include <algorithm>
#include <map>

#include "core/digest.h"
#include "core/jinja/guard.h"
#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/runtime.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"
#include "core/project/base_context.h"
#include "core/project/yaml.h"

namespace mesh::core::project {

namespace {

using jinja::Arguments;
using jinja::ErrorClass;
using jinja::Value;

Value from_json(Arguments &arguments) {
    auto given = jinja::bind("fromjson", arguments, {{"string"}, {"default", Value()}});
    if (!given[0].is_string())
        jinja::raise_type("the JSON object must be str, bytes or bytearray, not " + jinja::type_name(given[0]));
    return jinja::from_json(given[0].text()).value_or(given[1]);
}

Value to_json(Arguments &arguments) {
    auto given = jinja::bind("tojson", arguments, {{"value"}, {"default", Value()}, {"sort_keys", Value(false)}});
    return Value(jinja::to_json(given[0], {.sort_keys = jinja::truth(given[2])}));
}

Value from_yaml(Arguments &arguments) {
    auto given = jinja::bind("fromyaml", arguments, {{"value"}, {"default", Value()}});
    if (!given[0].is_string()) return given[1];
    try {
        return to_value(read_yaml(given[0].text(), "fromyaml").value);
    } catch (const jinja::TemplateError &) {
        throw;
    } catch (const Error &) {
        return given[1];
    }
}

// Relations, functions and the like have no YAML.
bool has_object(const Value &value) {
    jinja::Guard::step();
    if (value.is(jinja::Kind::object)) {
        const std::string type = jinja::type_name(value);
        return type != "date" && type != "datetime";
    }
    if (value.is(jinja::Kind::dict)) {
        for (std::size_t at = 0; const auto *entry = value.dict().next(at); ++at)
            if (has_object(entry->key) || has_object(entry->value)) return true;
        return false;
    }
    if (!value.is(jinja::Kind::list) && !value.is(jinja::Kind::tuple)) return false;
    const auto items = jinja::to_list(value);
    return std::any_of(items.begin(), items.end(), has_object);
}

Value to_yaml(Arguments &arguments) {
    auto given = jinja::bind("toyaml", arguments, {{"value"}, {"default", Value()}, {"sort_keys", Value(false)}});
    if (has_object(given[0])) return given[1];
    return Value(write_yaml(to_json_value(given[0]), jinja::truth(given[2])));
}

Value make_set(const Value &items) {
    auto set = jinja::make<jinja::Set>();
    for (const Value &item : jinja::to_list(items)) set->add(item);
    return Value(set);
}

// What cannot be done gives the default.
Value try_set(Arguments &arguments) {
    auto given = jinja::bind("set", arguments, {{"value"}, {"default", Value()}});
    try {
        return make_set(given[0]);
    } catch (const jinja::TemplateError &error) {
        if (error.kind == ErrorClass::type) return given[1];
        throw;
    }
}

Value strict_set(Arguments &arguments) {
    auto given = jinja::bind("set_strict", arguments, {{"value"}});
    try {
        return make_set(given[0]);
    } catch (const jinja::TemplateError &error) {
        if (error.kind != ErrorClass::type) throw;
        jinja::raise(ErrorClass::compilation, error.what());
    }
}

Value zip_values(const std::vector<Value> &lists) {
    std::vector<jinja::Ptr<jinja::Iterator>> iterators;
    for (const Value &list : lists) iterators.push_back(jinja::iterate(list));
    return Value(jinja::make_generator(
        [iterators](Value &tuple) {
            if (iterators.empty()) return false;
            std::vector<Value> items(iterators.size());
            for (std::size_t i = 0; i < iterators.size(); ++i)
                if (!iterators[i]->next(items[i])) return false;
            tuple = Value::tuple(std::move(items));
            return true;
        },
        "zip"));
}

Value try_zip(Arguments &arguments) {
    Value fallback = arguments.take("default");
    try {
        return zip_values(arguments.positional);
    } catch (const jinja::TemplateError &error) {
        if (error.kind != ErrorClass::type) throw;
        return fallback.is_missing() ? Value() : fallback;
    }
}

Value strict_zip(Arguments &arguments) {
    try {
        return zip_values(arguments.positional);
    } catch (const jinja::TemplateError &error) {
        if (error.kind != ErrorClass::type) throw;
        jinja::raise(ErrorClass::compilation, error.what());
    }
}

std::string folded(const Value &value) {
    return jinja::fold_case(jinja::to_text(value));
}

// What the first has and the second has not, without regard to case.
Value diff_of_two_dicts(Arguments &arguments) {
    auto given = jinja::bind("diff_of_two_dicts", arguments, {{"dict_a"}, {"dict_b"}});
    for (const Value &side : given)
        if (!side.is(jinja::Kind::dict)) jinja::raise(ErrorClass::attribute, "'" + jinja::type_name(side) + "' object has no attribute 'items'");
    std::map<std::string, std::vector<std::string>> known;
    for (std::size_t at = 0; const auto *entry = given[1].dict().next(at); ++at) {
        auto &values = known[folded(entry->key)];
        for (const Value &item : jinja::to_list(entry->value)) values.push_back(folded(item));
    }
    auto result = jinja::make<jinja::Dict>();
    for (std::size_t at = 0; const auto *entry = given[0].dict().next(at); ++at) {
        const auto found = known.find(folded(entry->key));
        std::vector<Value> rest;
        for (const Value &item : jinja::to_list(entry->value))
            if (found == known.end() || std::find(found->second.begin(), found->second.end(), folded(item)) == found->second.end())
                rest.push_back(item);
        if (found == known.end() || !rest.empty()) result->set(entry->key, Value(std::move(rest)));
    }
    return Value(result);
}

Value local_md5(Arguments &arguments) {
    auto given = jinja::bind("local_md5", arguments, {{"value"}});
    if (!given[0].is_string())
        jinja::raise(ErrorClass::attribute, "'" + jinja::type_name(given[0]) + "' object has no attribute 'encode'");
    return Value(md5(given[0].text()));
}

}  // namespace

void add_base_functions(jinja::Dict &context) {
    context.set(Value("return"), Value(jinja::make<jinja::ReturnFunction>()));
    const auto add = [&](const char *name, jinja::Function::Body body) {
        context.set(Value(name), jinja::make_function(name, std::move(body)));
    };
    add("fromjson", from_json);
    add("tojson", to_json);
    add("fromyaml", from_yaml);
    add("toyaml", to_yaml);
    add("set", try_set);
    add("set_strict", strict_set);
    add("zip", try_zip);
    add("zip_strict", strict_zip);
    add("diff_of_two_dicts", diff_of_two_dicts);
    add("local_md5", local_md5);
}

}  // namespace mesh::core::project
