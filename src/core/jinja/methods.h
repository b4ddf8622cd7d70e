// The methods of str, list, tuple, dict, set, int and float that templates can call.
#pragma once

#include "core/jinja/access.h"

namespace mesh::core::jinja {

// Each returns nullptr for a name the type does not have.
const Method *find_text_method(std::string_view name);
const Method *find_text_predicate(std::string_view name);
const Method *find_list_method(std::string_view name);
const Method *find_tuple_method(std::string_view name);
const Method *find_dict_method(std::string_view name);
const Method *find_set_method(std::string_view name);
const Method *find_integer_method(std::string_view name);
const Method *find_real_method(std::string_view name);

// The view that dict.keys(), values() and items() give.
enum class DictPart { keys, values, items };
Value make_dict_view(const Value &dict, DictPart part);

// Sorts as Python does: stable, by less(), reversed keeps the order of equals. Keys run beside the items.
void sort_values(std::vector<Value> &items, const std::vector<Value> &keys, bool reverse);

// The lines of a text by Python's rules for line ends.
std::vector<Value> split_lines(std::string_view text, bool keep_ends);

template <std::size_t N>
const Method *find_in(const Method (&table)[N], std::string_view name) {
    for (const Method &method : table)
        if (name == method.name) return &method;
    return nullptr;
}

}  // namespace mesh::core::jinja
