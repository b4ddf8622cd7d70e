// Methods of list, tuple, int and float.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

std::size_t insertion_place(Int index, std::size_t size) {
    const Int length = static_cast<Int>(size);
    return static_cast<std::size_t>(std::clamp(index < 0 ? index + length : index, Int(0), length));
}

Value list_append(const Value &self, Arguments &arguments, const Runtime &) {
    Value item = bind("append", arguments, {{"object"}})[0];
    Guard::list_size(self.list().items.size() + 1);
    self.list().items.push_back(std::move(item));
    return Value();
}

Value list_clear(const Value &self, Arguments &arguments, const Runtime &) {
    bind("clear", arguments, {});
    self.list().drop_contents();
    return Value();
}

Value list_copy(const Value &self, Arguments &arguments, const Runtime &) {
    bind("copy", arguments, {});
    return Value(self.list().items);
}

Value count(const Value &self, Arguments &arguments, const Runtime &) {
    const Value wanted = bind("count", arguments, {{"value"}})[0];
    Int found = 0;
    for (const Value &item : *self.sequence()) found += item.same(wanted) || equal(item, wanted);
    return Value(found);
}

Value list_extend(const Value &self, Arguments &arguments, const Runtime &) {
    const Value more = bind("extend", arguments, {{"iterable"}})[0];
    const std::vector<Value> items = to_list(more);
    Guard::list_size(self.list().items.size() + items.size());
    self.list().items.insert(self.list().items.end(), items.begin(), items.end());
    return Value();
}

Value index(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("index", arguments, {{"value"}, {"start", Value(0)}, {"stop", Value()}});
    const std::vector<Value> &items = *self.sequence();
    const std::size_t start = insertion_place(to_index(bound[1]), items.size());
    const std::size_t stop = bound[2].is_none() ? items.size() : insertion_place(to_index(bound[2]), items.size());
    for (std::size_t i = start; i < stop && i < self.sequence()->size(); ++i)
        if (items[i].same(bound[0]) || equal(items[i], bound[0])) return Value(static_cast<Int>(i));
    raise_value(self.is(Kind::list) ? repr(bound[0]) + " is not in list" : "tuple.index(x): x not in tuple");
}

Value list_insert(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("insert", arguments, {{"index"}, {"object"}});
    std::vector<Value> &items = self.list().items;
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(insertion_place(to_index(bound[0]), items.size())),
                 bound[1]);
    return Value();
}

Value list_pop(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("pop", arguments, {{"index", Value(-1)}});
    std::vector<Value> &items = self.list().items;
    const Int length = static_cast<Int>(items.size());
    const Int at = to_index(bound[0]) + (to_index(bound[0]) < 0 ? length : 0);
    if (length == 0) raise(ErrorClass::index, "pop from empty list");
    if (at < 0 || at >= length) raise(ErrorClass::index, "pop index out of range");
    Value item = std::move(items[at]);
    items.erase(items.begin() + at);
    return item;
}

Value list_remove(const Value &self, Arguments &arguments, const Runtime &) {
    const Value wanted = bind("remove", arguments, {{"value"}})[0];
    std::vector<Value> &items = self.list().items;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!items[i].same(wanted) && !equal(items[i], wanted)) continue;
        Value gone = std::move(items[i]);
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
        return Value();
    }
    raise_value("list.remove(x): x not in list");
}

Value list_reverse(const Value &self, Arguments &arguments, const Runtime &) {
    bind("reverse", arguments, {});
    std::reverse(self.list().items.begin(), self.list().items.end());
    return Value();
}

Value list_sort(const Value &self, Arguments &arguments, const Runtime &runtime) {
    const Value key = arguments.take("key"), reverse = arguments.take("reverse");
    if (!arguments.positional.empty() || !arguments.named.empty()) raise_type("sort() takes no positional arguments");
    std::vector<Value> items = self.list().items, keys;
    for (const Value &item : items) {
        Arguments one(std::vector<Value>{item});
        keys.push_back(key.is_missing() || key.is_none() ? item : call_value(key, one, runtime));
    }
    sort_values(items, keys, !reverse.is_missing() && truth(reverse));
    self.list().items = std::move(items);
    return Value();
}

constexpr Method list_methods[] = {
    {"append", list_append}, {"extend", list_extend}, {"pop", list_pop},       {"index", index},
    {"count", count},        {"insert", list_insert}, {"remove", list_remove}, {"reverse", list_reverse},
    {"sort", list_sort},     {"copy", list_copy},     {"clear", list_clear},
};

constexpr Method tuple_methods[] = {{"index", index}, {"count", count}};

std::uint64_t magnitude(Int value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : value;
}

Value bit_length(const Value &self, Arguments &arguments, const Runtime &) {
    bind("bit_length", arguments, {});
    const std::uint64_t bits = magnitude(self.integer());
    return Value(bits == 0 ? Int(0) : Int(64 - __builtin_clzll(bits)));
}

Value bit_count(const Value &self, Arguments &arguments, const Runtime &) {
    bind("bit_count", arguments, {});
    return Value(Int(__builtin_popcountll(magnitude(self.integer()))));
}

Value conjugate(const Value &self, Arguments &arguments, const Runtime &) {
    bind("conjugate", arguments, {});
    return positive(self);
}

Value integer_ratio(const Value &self, Arguments &arguments, const Runtime &) {
    bind("as_integer_ratio", arguments, {});
    return Value::tuple({Value(self.integer()), Value(1)});
}

Value is_integer(const Value &self, Arguments &arguments, const Runtime &) {
    bind("is_integer", arguments, {});
    return Value(std::isfinite(self.real()) && self.real() == std::floor(self.real()));
}

constexpr Method integer_methods[] = {{"bit_length", bit_length},
                                      {"bit_count", bit_count},
                                      {"conjugate", conjugate},
                                      {"as_integer_ratio", integer_ratio}};
constexpr Method real_methods[] = {{"is_integer", is_integer}, {"conjugate", conjugate}};

}  // namespace

// A merge sort of our own, because comparing may raise and may answer inconsistently, which std::stable_sort
// does not promise to survive.
void sort_values(std::vector<Value> &items, const std::vector<Value> &keys, bool reverse) {
    std::vector<std::size_t> order(items.size()), merged(items.size());
    std::iota(order.begin(), order.end(), 0);
    auto before = [&](std::size_t a, std::size_t b) {
        return reverse ? less(keys[b], keys[a]) : less(keys[a], keys[b]);
    };
    for (std::size_t width = 1; width < order.size(); width *= 2) {
        for (std::size_t start = 0; start < order.size(); start += 2 * width) {
            std::size_t left = start, middle = std::min(start + width, order.size()), right = middle, out = start;
            const std::size_t end = std::min(start + 2 * width, order.size());
            while (left < middle && right < end)
                merged[out++] = before(order[right], order[left]) ? order[right++] : order[left++];
            while (left < middle) merged[out++] = order[left++];
            while (right < end) merged[out++] = order[right++];
            Guard::tick();
        }
        order.swap(merged);
    }
    std::vector<Value> sorted;
    sorted.reserve(items.size());
    for (std::size_t place : order) sorted.push_back(items[place]);
    items.swap(sorted);
}

const Method *find_list_method(std::string_view name) {
    return find_in(list_methods, name);
}
const Method *find_tuple_method(std::string_view name) {
    return find_in(tuple_methods, name);
}
const Method *find_integer_method(std::string_view name) {
    return find_in(integer_methods, name);
}
const Method *find_real_method(std::string_view name) {
    return find_in(real_methods, name);
}

}  // namespace mesh::core::jinja
