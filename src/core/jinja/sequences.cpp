// Lengths, iteration, membership, subscripts and slices of operators.h.
#include <algorithm>

#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

namespace {

// Of a list, a tuple, or the list made of something else. A list may change under the iteration.
class ItemIterator : public Iterator {
public:
    explicit ItemIterator(Value value) : value_(std::move(value)) {}
    std::string type_name() const override { return value_.is(Kind::tuple) ? "tuple_iterator" : "list_iterator"; }
    void drop_contents() override { value_ = Value(std::vector<Value>()); }
    bool next(Value &value) override {
        Guard::tick();
        const std::vector<Value> &items = *value_.sequence();
        if (at_ >= items.size()) return false;
        value = items[at_++];
        return true;
    }

private:
    Value value_;
    std::size_t at_ = 0;
};

class CharacterIterator : public Iterator {
public:
    explicit CharacterIterator(Value text) : text_(std::move(text)) {}
    std::string type_name() const override { return "str_iterator"; }
    bool next(Value &value) override {
        Guard::tick();
        const std::string &text = text_.text();
        if (at_ >= text.size()) return false;
        const std::size_t from = at_;
        decode(text, at_);
        value = Value(text.substr(from, at_ - from));
        return true;
    }

private:
    Value text_;
    std::size_t at_ = 0;
};

class KeyIterator : public Iterator {
public:
    explicit KeyIterator(Value owner) : owner_(std::move(owner)), seen_(dict().changes()) {}
    std::string type_name() const override { return owner_.is(Kind::set) ? "set_iterator" : "dict_keyiterator"; }
    void drop_contents() override { owner_ = Value(make<Dict>()); }
    bool next(Value &value) override {
        Guard::tick();
        if (dict().changes() != seen_)
            raise(ErrorClass::runtime, owner_.is(Kind::set) ? "Set changed size during iteration"
                                                            : "dictionary changed size during iteration");
        const Dict::Entry *entry = dict().next(at_);
        if (entry == nullptr) return false;
        ++at_;
        value = entry->key;
        return true;
    }

private:
    const Dict &dict() const { return owner_.is(Kind::set) ? owner_.set().members : owner_.dict(); }
    Value owner_;
    std::uint64_t seen_;
    std::size_t at_ = 0;
};

class NothingIterator : public Iterator {
public:
    bool next(Value &) override { return false; }
};

std::optional<Value> nth_item(const std::vector<Value> &items, const Value &key) {
    if (!key.is_integral()) return std::nullopt;
    std::int64_t index = key.integer();
    if (index < 0) index += static_cast<std::int64_t>(items.size());
    if (index < 0 || index >= static_cast<std::int64_t>(items.size())) return std::nullopt;
    return items[index];
}

std::string_view nth_character(const Str &text, std::int64_t index) {
    if (text.ascii()) return std::string_view(text.text).substr(index, 1);
    const std::size_t from = byte_offset(text.text, index);
    std::size_t to = from;
    decode(text.text, to);
    return std::string_view(text.text).substr(from, to - from);
}

std::optional<Value> nth_character(const Value &value, const Value &key) {
    if (!key.is_integral()) return std::nullopt;
    const auto length = static_cast<std::int64_t>(value.str().length());
    const std::int64_t index = key.integer() + (key.integer() < 0 ? length : 0);
    if (index < 0 || index >= length) return std::nullopt;
    return Value(nth_character(value.str(), index));
}

std::optional<Value> dict_item(const Dict &dict, const Value &key) {
    try {
        const Value *found = dict.find(key);
        return found ? std::optional<Value>(*found) : std::nullopt;
    } catch (const TemplateError &error) {
        if (error.kind == ErrorClass::type) return std::nullopt;
        throw;
    }
}

Value slice_text(const Value &value, const SliceBounds &bounds) {
    const Str &str = value.str();
    std::string out;
    if (bounds.step == 1) {
        const std::size_t from = str.ascii() ? bounds.start : byte_offset(str.text, bounds.start);
        const std::string_view rest = std::string_view(str.text).substr(std::min(from, str.text.size()));
        out = rest.substr(0, str.ascii() ? bounds.count : byte_offset(rest, bounds.count));
    } else {
        std::vector<std::string_view> characters;
        for (std::size_t at = 0; at < str.text.size();) {
            const std::size_t from = at;
            decode(str.text, at);
            characters.push_back(std::string_view(str.text).substr(from, at - from));
        }
        for (std::int64_t i = 0; i < bounds.count; ++i) out += characters[bounds.start + i * bounds.step];
    }
    return Value(std::move(out));
}

bool contains_text(const Value &container, const Value &item) {
    if (item.is_string()) return container.text().find(item.text()) != std::string::npos;
    raise_type("'in <string>' requires string as left operand, not " + type_name(item));
}

bool contains_by_iterating(const Value &container, const Value &item) {
    if (!is_iterable(container)) raise_type("argument of type '" + type_name(container) + "' is not iterable");
    Ptr<Iterator> iterator = iterate(container);
    for (Value value; iterator->next(value);)
        if (value.same(item) || equal(value, item)) return true;
    return false;
}

}  // namespace

bool contains(const Value &container, const Value &item) {
    if (container.is_string()) return contains_text(container, item);
    if (container.is(Kind::dict)) return container.dict().find(item) != nullptr;
    if (container.is(Kind::set)) return container.set().has(item);
    if (container.is(Kind::object))
        if (auto answer = container.object().contains(item)) return *answer;
    return contains_by_iterating(container, item);
}

std::optional<std::int64_t> length_of(const Value &value) {
    switch (value.kind()) {
        case Kind::string: return value.str().length();
        case Kind::list:
        case Kind::tuple: return value.sequence()->size();
        case Kind::dict: return value.dict().size();
        case Kind::set: return value.set().members.size();
        case Kind::object: return value.object().length();
        case Kind::undefined: return 0;
        default: return std::nullopt;
    }
}

Ptr<Iterator> iterate(const Value &value) {
    switch (value.kind()) {
        case Kind::list:
        case Kind::tuple: return make<ItemIterator>(value);
        case Kind::string: return make<CharacterIterator>(value);
        case Kind::dict:
        case Kind::set: return make<KeyIterator>(value);
        case Kind::undefined: return make<NothingIterator>();
        case Kind::object:
            if (auto iterator = value.object().iterate()) return iterator;
            [[fallthrough]];
        default: raise_type("'" + type_name(value) + "' object is not iterable");
    }
}

bool is_iterable(const Value &value) {
    if (value.is(Kind::object)) return static_cast<bool>(value.object().iterate());
    return value.kind() >= Kind::undefined;
}

std::vector<Value> to_list(const Value &value) {
    if (value.sequence() != nullptr) return *value.sequence();
    std::vector<Value> items;
    Ptr<Iterator> iterator = iterate(value);
    for (Value item; iterator->next(item);) {
        items.push_back(std::move(item));
        Guard::list_size(items.size());
    }
    return items;
}

std::optional<Value> subscript(const Value &value, const Value &key) {
    switch (value.kind()) {
        case Kind::string: return nth_character(value, key);
        case Kind::list:
        case Kind::tuple: return nth_item(*value.sequence(), key);
        case Kind::dict: return dict_item(value.dict(), key);
        case Kind::object: return value.object().item(key);
        case Kind::undefined: value.undefined().fail();
        default: return std::nullopt;
    }
}

std::int64_t to_index(const Value &value, const char *what) {
    if (value.is_integral()) return value.integer();
    if (value.is_undefined()) raise_type("'Undefined' object cannot be interpreted as an integer");
    raise_type("'" + type_name(value) + "' object cannot be interpreted as an " + what);
}

SliceBounds slice_bounds(std::int64_t length, const Value &start, const Value &stop, const Value &step) {
    auto open = [](const Value &bound) { return bound.is_missing() || bound.is_none(); };
    auto number = [](const Value &bound) {
        if (bound.is_integral()) return bound.integer();
        raise_type("slice indices must be integers or None or have an __index__ method");
    };
    const std::int64_t by = open(step) ? 1 : number(step);
    if (by == 0) raise_value("slice step cannot be zero");
    const std::int64_t low = by > 0 ? 0 : -1, high = by > 0 ? length : length - 1;
    auto place = [&](const Value &bound, std::int64_t otherwise) {
        if (open(bound)) return otherwise;
        const std::int64_t n = number(bound);
        return std::clamp(n < 0 ? n + length : n, low, high);
    };
    const std::int64_t from = place(start, by > 0 ? low : high), to = place(stop, by > 0 ? high : low);
    const auto width = static_cast<std::uint64_t>(by > 0 ? to - from : from - to);
    const auto stride = by > 0 ? static_cast<std::uint64_t>(by) : 0 - static_cast<std::uint64_t>(by);
    const bool empty = by > 0 ? to <= from : from <= to;
    return {from, by, empty ? 0 : static_cast<std::int64_t>((width + stride - 1) / stride)};
}

Value slice(const Value &value, const Value &start, const Value &stop, const Value &step) {
    if (value.is_undefined()) value.undefined().fail();
    if (value.is_string())
        return slice_text(value, slice_bounds(static_cast<std::int64_t>(value.str().length()), start, stop, step));
    const std::vector<Value> *items = value.sequence();
    if (items == nullptr) {
        if (value.is(Kind::object))
            if (auto result = value.object().slice(start, stop, step)) return *result;
        if (value.is(Kind::dict)) raise_type("unhashable type: 'slice'");
        raise_type("'" + type_name(value) + "' object is not subscriptable");
    }
    const SliceBounds bounds = slice_bounds(static_cast<std::int64_t>(items->size()), start, stop, step);
    std::vector<Value> out;
    for (std::int64_t i = 0; i < bounds.count; ++i) out.push_back((*items)[bounds.start + i * bounds.step]);
    return value.is(Kind::list) ? Value(std::move(out)) : Value::tuple(std::move(out));
}

}  // namespace mesh::core::jinja
