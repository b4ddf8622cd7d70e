// What operators do to values: Python's rules, with 64-bit ints whose overflow raises OverflowError.
#pragma once

#include "core/jinja/object.h"

namespace mesh::core::jinja {

std::string type_name(const Value &value);  // "int", "str", "NoneType", ...
bool truth(const Value &value);

// Unhashable kinds raise TypeError.
std::size_t hash_of(const Value &value);
bool equal(const Value &left, const Value &right);
// Negative, 0, positive; raises TypeError naming the operator when the two have no order.
int compare(const Value &left, const Value &right, const char *op);
bool less(const Value &left, const Value &right);
// left op right for == != < <= > >=
bool compare_values(std::string_view op, const Value &left, const Value &right);

// item in container
bool contains(const Value &container, const Value &item);

// + - * / // % **
Value add(const Value &left, const Value &right);
Value subtract(const Value &left, const Value &right);
Value multiply(const Value &left, const Value &right);
Value divide(const Value &left, const Value &right);
Value floor_divide(const Value &left, const Value &right);
Value modulo(const Value &left, const Value &right);
Value power(const Value &left, const Value &right);
Value negate(const Value &value);
Value positive(const Value &value);

// len(value), or nullopt when it has none.
std::optional<std::int64_t> length_of(const Value &value);
// iter(value); raises TypeError when it is not iterable.
Ptr<Iterator> iterate(const Value &value);
bool is_iterable(const Value &value);
// list(value)
std::vector<Value> to_list(const Value &value);

// value[key] as Python has it, nullopt where Python would raise LookupError or TypeError.
std::optional<Value> subscript(const Value &value, const Value &key);
// value[start:stop:step]; missing or none bounds are open.
Value slice(const Value &value, const Value &start, const Value &stop, const Value &step);
// The positions that a slice of so many items takes. Raises ValueError and TypeError as Python does.
struct SliceBounds {
    std::int64_t start, step, count;
};
SliceBounds slice_bounds(std::int64_t length, const Value &start, const Value &stop, const Value &step);

// An int where Python demands one (bools too): raises TypeError otherwise.
std::int64_t to_index(const Value &value, const char *what = "integer");

}  // namespace mesh::core::jinja
