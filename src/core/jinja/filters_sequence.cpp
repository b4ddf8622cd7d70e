// Filters for sequences as a whole: order, ends, aggregates, parts.
#include <algorithm>
#include <memory>

#include "core/jinja/filters.h"
#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

Value length(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("length", arguments, {});
    const auto size = length_of(subject);
    if (!size) raise_type("object of type '" + type_name(subject) + "' has no len()");
    return Value(*size);
}

Value list(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("list", arguments, {});
    return Value(to_list(subject));
}

Value first(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("first", arguments, {});
    Value item;
    return iterate(subject)->next(item) ? item : undefined("No first item, sequence was empty.");
}

// The items from last to first; nullopt where Python's reversed() raises TypeError.
std::optional<std::vector<Value>> reversed(const Value &subject) {
    std::vector<Value> items;
    if (subject.is(Kind::object)) {
        Ptr<Iterator> iterator = subject.object().iterate_reversed();
        if (!iterator) return std::nullopt;
        for (Value item; iterator->next(item);) items.push_back(std::move(item));
        return items;
    }
    if (subject.is(Kind::set) || !is_iterable(subject)) return std::nullopt;
    items = to_list(subject);
    std::reverse(items.begin(), items.end());
    return items;
}

Value last(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("last", arguments, {});
    const auto items = reversed(subject);
    if (!items) raise_type("'" + type_name(subject) + "' object is not reversible");
    return items->empty() ? undefined("No last item, sequence was empty.") : items->front();
}

Ptr<Iterator> over(std::vector<Value> items, const char *type) {
    return make_generator(
        [items = std::move(items), at = std::size_t(0)](Value &value) mutable {
            if (at == items.size()) return false;
            value = items[at++];
            return true;
        },
        type);
}

Value reverse(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("reverse", arguments, {});
    if (subject.is_string()) return slice(subject, Value(), Value(), Value(-1));
    if (auto items = reversed(subject)) return Value(over(std::move(*items), "list_reverseiterator"));
    if (!is_iterable(subject)) raise(ErrorClass::filter_argument, "argument must be iterable");
    std::vector<Value> items = to_list(subject);
    std::reverse(items.begin(), items.end());
    return Value(std::move(items));
}

Value random(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    bind("random", arguments, {});
    const auto size = length_of(subject);
    if (!size) raise_type("object of type '" + type_name(subject) + "' has no len()");
    if (*size == 0) return undefined("No random item, sequence was empty.");
    const auto &choose = runtime.environment->random;
    const auto place =
        subscript(subject, Value(static_cast<Int>(choose ? choose(static_cast<std::uint64_t>(*size)) : 0)));
    if (!place) raise(ErrorClass::key, "0");
    return *place;
}

Value join(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound = bind("join", arguments, {{"d", Value("")}, {"attribute", Value()}});
    const AttributePath path(bound[1], runtime);
    const std::string separator = to_text(bound[0]);
    std::string out;
    bool first = true;
    Ptr<Iterator> iterator = iterate(subject);
    for (Value item; iterator->next(item);) {
        if (!std::exchange(first, false)) out += separator;
        append_text(out, path.of(item));
        Guard::string_size(out.size());
    }
    return Value(std::move(out));
}

// The key of each item: a list with one value per comma of the attribute. Equal values are not compared any further, so
// that undefined ones sort beside each other.
std::vector<Value> sort_keys(const std::vector<Value> &items, const Value &attribute, bool ignore_case,
                             const Runtime &runtime) {
    std::vector<AttributePath> paths;
    if (attribute.is_string()) {
        std::string_view rest = attribute.text();
        for (std::size_t comma; (comma = rest.find(',')) != rest.npos; rest.remove_prefix(comma + 1))
            paths.emplace_back(Value(rest.substr(0, comma)), runtime, Value(), ignore_case);
        paths.emplace_back(Value(rest), runtime, Value(), ignore_case);
    } else {
        paths.emplace_back(attribute, runtime, Value(), ignore_case);
    }
    std::vector<Value> keys;
    for (const Value &item : items) {
        std::vector<Value> parts;
        parts.reserve(paths.size());
        for (const AttributePath &path : paths) parts.push_back(path.of(item));
        keys.emplace_back(std::move(parts));
    }
    return keys;
}

Value sort(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound =
        bind("sort", arguments, {{"reverse", Value(false)}, {"case_sensitive", Value(false)}, {"attribute", Value()}});
    std::vector<Value> items = to_list(subject);
    sort_values(items, sort_keys(items, bound[2], !truth(bound[1]), runtime), truth(bound[0]));
    return Value(std::move(items));
}

Value dictsort(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound = bind("dictsort", arguments,
                            {{"case_sensitive", Value(false)}, {"by", Value("key")}, {"reverse", Value(false)}});
    const std::string by = to_text(bound[1]);
    if (by != "key" && by != "value")
        raise(ErrorClass::filter_argument, "You can only sort by either \"key\" or \"value\"");
    if (subject.is_undefined() && runtime.environment->lenient_undefined) return Value(std::vector<Value>());
    if (subject.is_undefined()) subject.undefined().fail();
    if (!subject.is(Kind::dict))
        raise(ErrorClass::attribute, "'" + type_name(subject) + "' object has no attribute 'items'");
    std::vector<Value> items = subject.dict().items(), keys;
    for (const Value &item : items) {
        const Value &key = item.tuple().items[by == "key" ? 0 : 1];
        keys.push_back(!truth(bound[0]) && key.is_string() ? Value(to_lower(key.text())) : key);
    }
    sort_values(items, keys, truth(bound[2]));
    return Value(std::move(items));
}

template <bool largest>
Value extreme(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound =
        bind(largest ? "max" : "min", arguments, {{"case_sensitive", Value(false)}, {"attribute", Value()}});
    const AttributePath path(bound[1], runtime, Value(), !truth(bound[0]));
    Ptr<Iterator> iterator = iterate(subject);
    Value best;
    if (!iterator->next(best)) return undefined("No aggregated item, sequence was empty.");
    Value best_key = path.of(best);
    for (Value item; iterator->next(item);) {
        Value key = path.of(item);
        if (!compare_values(largest ? ">" : "<", key, best_key)) continue;
        best = std::move(item);
        best_key = std::move(key);
    }
    return best;
}

Value sum(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound = bind("sum", arguments, {{"attribute", Value()}, {"start", Value(0)}});
    const AttributePath path(bound[0], runtime);
    if (bound[1].is_string()) raise_type("sum() can't sum strings [use ''.join(seq) instead]");
    Value total = bound[1];
    Ptr<Iterator> iterator = iterate(subject);
    for (Value item; iterator->next(item);) total = add(total, path.of(item));
    return total;
}

Value batch(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("batch", arguments, {{"linecount"}, {"fill_with", Value()}});
    auto next = [source = subject, items = Ptr<Iterator>(), size = bound[0], fill = bound[1],
                 carried = Value::missing()](Value &value) mutable {
        if (!items) items = iterate(source);
        std::vector<Value> part;
        if (!carried.is_missing()) part.push_back(std::exchange(carried, Value::missing()));
        for (Value item; items->next(item);) {
            if (equal(Value(static_cast<Int>(part.size())), size)) {
                carried = std::move(item);
                value = Value(std::move(part));
                return true;
            }
            part.push_back(std::move(item));
        }
        if (part.empty()) return false;
        if (!fill.is_none() && less(Value(static_cast<Int>(part.size())), size)) {
            Guard::list_size(static_cast<std::size_t>(to_index(size)));
            part.resize(static_cast<std::size_t>(to_index(size)), fill);
        }
        value = Value(std::move(part));
        return true;
    };
    return Value(make_generator(std::move(next)));
}

Value slices(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("slice", arguments, {{"slices"}, {"fill_with", Value()}});
    auto next = [source = subject, count = bound[0], fill = bound[1], items = std::vector<Value>(), number = Int(-1),
                 offset = Int(0)](Value &value) mutable {
        if (number < 0) items = to_list(source), number = 0;
        const Int length = static_cast<Int>(items.size());
        const Int per = floor_divide(Value(length), count).integer(), extra = modulo(Value(length), count).integer();
        if (number >= to_index(count)) return false;
        const Int start = offset + number * per;
        offset += number < extra ? 1 : 0;
        const Int end = offset + (number + 1) * per;
        std::vector<Value> part(items.begin() + start, items.begin() + end);
        if (!fill.is_none() && number >= extra) part.push_back(fill);
        ++number;
        value = Value(std::move(part));
        return true;
    };
    return Value(make_generator(std::move(next)));
}

Value unique(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound = bind("unique", arguments, {{"case_sensitive", Value(false)}, {"attribute", Value()}});
    auto path = std::make_shared<AttributePath>(bound[1], runtime, Value(), !truth(bound[0]));
    auto next = [source = subject, path, items = Ptr<Iterator>(), seen = make<Set>()](Value &value) mutable {
        if (!items) items = iterate(source);
        while (items->next(value)) {
            const Value key = path->of(value);
            if (seen->has(key)) continue;
            seen->add(key);
            return true;
        }
        return false;
    };
    return Value(make_generator(std::move(next)));
}

Value groupby(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const auto bound =
        bind("groupby", arguments, {{"attribute"}, {"default", Value()}, {"case_sensitive", Value(false)}});
    const bool ignore_case = !truth(bound[2]);
    const AttributePath path(bound[0], runtime, bound[1], ignore_case), shown(bound[0], runtime, bound[1], false);
    std::vector<Value> items = to_list(subject), keys, groups;
    for (const Value &item : items) keys.push_back(path.of(item));
    sort_values(items, keys, false);
    Value open;
    for (const Value &item : items) {
        const Value key = path.of(item);
        if (groups.empty() || !equal(open, key)) {
            open = key;
            groups.emplace_back(make<Tuple>(std::vector<Value>{shown.of(item), Value(std::vector<Value>())}, true));
        }
        groups.back().tuple().items[1].list().items.push_back(item);
    }
    return Value(std::move(groups));
}

Value items(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("items", arguments, {});
    auto next = [source = subject, pairs = Ptr<Iterator>()](Value &value) mutable {
        if (source.is_undefined()) return false;
        if (!pairs && source.is(Kind::dict)) pairs = iterate(make_dict_view(source, DictPart::items));
        if (!pairs && source.is(Kind::object) && source.object().mapping()) pairs = iterate(Value(to_list(source)));
        if (!pairs) raise_type("Can only get item pairs from a mapping.");
        if (!pairs->next(value)) return false;
        if (source.is(Kind::object)) value = Value::tuple({value, source.object().item(value).value_or(Value())});
        return true;
    };
    return Value(make_generator(std::move(next)));
}

constexpr BuiltinFilter sequence_filters[] = {
    {"join", join},         {"length", length},   {"count", length},         {"list", list},    {"first", first},
    {"last", last},         {"sort", sort},       {"unique", unique},        {"sum", sum},      {"min", extreme<false>},
    {"max", extreme<true>}, {"reverse", reverse}, {"batch", batch},          {"slice", slices}, {"groupby", groupby},
    {"dictsort", dictsort}, {"items", items},     {"random", random, false},
};

}  // namespace

const BuiltinFilter *find_sequence_filter(std::string_view name) {
    for (const BuiltinFilter &filter : sequence_filters)
        if (name == filter.name) return &filter;
    return nullptr;
}

}  // namespace mesh::core::jinja
