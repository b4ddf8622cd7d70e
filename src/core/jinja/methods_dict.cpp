// Methods of dict and set, and the views of dicts.
#include <algorithm>

#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

class DictView : public Object {
public:
    DictView(Value dict, DictPart part) : dict_(std::move(dict)), part_(part) {}

    std::string type_name() const override {
        return part_ == DictPart::keys ? "dict_keys" : part_ == DictPart::values ? "dict_values" : "dict_items";
    }
    std::optional<std::int64_t> length() const override { return dict_.dict().size(); }
    Ptr<Iterator> iterate() override { return over(false); }
    Ptr<Iterator> iterate_reversed() override { return over(true); }
    std::string repr() const override { return type_name() + "(" + jinja::repr(Value(listed())) + ")"; }
    void drop_contents() override { dict_ = Value(make<Dict>()); }

    std::optional<bool> contains(const Value &item) override {
        if (part_ == DictPart::keys) return dict_.dict().find(item) != nullptr;
        return std::nullopt;
    }
    bool equals(const Object &other) const override {
        auto *view = dynamic_cast<const DictView *>(&other);
        if (view == nullptr || part_ == DictPart::values || view->part_ != part_) return this == &other;
        return part_ == DictPart::items
                   ? equal(dict_, view->dict_)
                   : dict_.dict().size() == view->dict_.dict().size() && same_keys(view->dict_.dict());
    }

private:
    std::vector<Value> listed() const {
        const Dict &dict = dict_.dict();
        return part_ == DictPart::keys ? dict.keys() : part_ == DictPart::values ? dict.values() : dict.items();
    }

    bool same_keys(const Dict &other) const {
        for (const Value &key : dict_.dict().keys())
            if (other.find(key) == nullptr) return false;
        return true;
    }

    Ptr<Iterator> over(bool reversed) const {
        std::vector<Value> all = listed();
        if (reversed) std::reverse(all.begin(), all.end());
        Value dict = dict_;
        const std::uint64_t seen = dict.dict().changes();
        auto next = [dict, all = std::move(all), seen, at = std::size_t(0)](Value &value) mutable {
            if (dict.dict().changes() != seen) raise(ErrorClass::runtime, "dictionary changed size during iteration");
            if (at == all.size()) return false;
            value = all[at++];
            return true;
        };
        return make_generator(std::move(next), reversed ? "dict_reverseitemiterator" : "dict_itemiterator");
    }

    Value dict_;
    DictPart part_;
};

// dict.update's argument: a mapping, or pairs.
void update_from(Dict &dict, const Value &source) {
    if (source.is(Kind::dict)) {
        for (const Value &item : source.dict().items()) dict.set(item.tuple().items[0], item.tuple().items[1]);
        return;
    }
    if (source.is(Kind::object) && source.object().mapping()) {
        for (const Value &key : to_list(source)) dict.set(key, source.object().item(key).value_or(Value()));
        return;
    }
    std::size_t index = 0;
    for (const Value &pair : to_list(source)) {
        if (!is_iterable(pair))
            raise_type("cannot convert dictionary update sequence element #" + std::to_string(index) +
                       " to a sequence");
        const std::vector<Value> parts = to_list(pair);
        if (parts.size() != 2)
            raise_value("dictionary update sequence element #" + std::to_string(index) + " has length " +
                        std::to_string(parts.size()) + "; 2 is required");
        dict.set(parts[0], parts[1]);
        ++index;
    }
}

Value dict_clear(const Value &self, Arguments &arguments, const Runtime &) {
    bind("clear", arguments, {});
    self.dict().clear();
    return Value();
}

Value dict_copy(const Value &self, Arguments &arguments, const Runtime &) {
    bind("copy", arguments, {});
    return Value(self.dict().copy());
}

Value dict_fromkeys(const Value &, Arguments &arguments, const Runtime &) {
    const auto bound = bind("fromkeys", arguments, {{"iterable"}, {"value", Value()}});
    auto dict = make<Dict>();
    for (const Value &key : to_list(bound[0])) dict->set(key, bound[1]);
    return Value(dict);
}

Value dict_get(const Value &self, Arguments &arguments, const Runtime &) {
    if (!arguments.named.empty()) raise_type("get() takes no keyword arguments");
    const auto bound = bind("get", arguments, {{"key"}, {"default", Value()}});
    const Value *found = self.dict().find(bound[0]);
    return found ? *found : bound[1];
}

template <DictPart part>
Value dict_view(const Value &self, Arguments &arguments, const Runtime &) {
    bind("view", arguments, {});
    return make_dict_view(self, part);
}

Value dict_pop(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("pop", arguments, {{"key"}, {"default", Value::missing()}});
    const Value *found = self.dict().find(bound[0]);
    if (found == nullptr && bound[1].is_missing()) raise(ErrorClass::key, repr(bound[0]));
    Value result = found ? *found : bound[1];
    self.dict().erase(bound[0]);
    return result;
}

Value dict_popitem(const Value &self, Arguments &arguments, const Runtime &) {
    bind("popitem", arguments, {});
    const Dict::Entry *last = self.dict().last();
    if (last == nullptr) raise(ErrorClass::key, "'popitem(): dictionary is empty'");
    const Value key = last->key, value = last->value;
    self.dict().erase(key);
    return Value::tuple({key, value});
}

Value dict_setdefault(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("setdefault", arguments, {{"key"}, {"default", Value()}});
    if (const Value *found = self.dict().find(bound[0])) return *found;
    self.dict().set(bound[0], bound[1]);
    return bound[1];
}

Value dict_update(const Value &self, Arguments &arguments, const Runtime &) {
    if (arguments.positional.size() > 1)
        raise_type("update expected at most 1 argument, got " + std::to_string(arguments.positional.size()));
    if (!arguments.positional.empty()) update_from(self.dict(), arguments.positional[0]);
    for (auto &[name, value] : arguments.named) self.dict().set(Value(name), value);
    return Value();
}

constexpr Method dict_methods[] = {
    {"get", dict_get},
    {"items", dict_view<DictPart::items>},
    {"keys", dict_view<DictPart::keys>},
    {"values", dict_view<DictPart::values>},
    {"update", dict_update},
    {"pop", dict_pop},
    {"copy", dict_copy},
    {"setdefault", dict_setdefault},
    {"clear", dict_clear},
    {"popitem", dict_popitem},
    {"fromkeys", dict_fromkeys},
};

Ptr<Set> copy_set(const Value &set) {
    auto copy = make<Set>();
    for (const Value &item : set.set().members.keys()) copy->add(item);
    return copy;
}

Value set_copy(const Value &self, Arguments &arguments, const Runtime &) {
    bind("copy", arguments, {});
    return Value(copy_set(self));
}

Value set_add(const Value &self, Arguments &arguments, const Runtime &) {
    self.set().add(bind("add", arguments, {{"item"}})[0]);
    return Value();
}

Value set_discard(const Value &self, Arguments &arguments, const Runtime &) {
    self.set().members.erase(bind("discard", arguments, {{"item"}})[0]);
    return Value();
}

Value set_remove(const Value &self, Arguments &arguments, const Runtime &) {
    const auto bound = bind("remove", arguments, {{"item"}});
    if (!self.set().members.erase(bound[0])) raise(ErrorClass::key, repr(bound[0]));
    return Value();
}

Value set_pop(const Value &self, Arguments &arguments, const Runtime &) {
    bind("pop", arguments, {});
    std::size_t at = 0;
    const Dict::Entry *first = self.set().members.next(at);
    if (first == nullptr) raise(ErrorClass::key, "'pop from an empty set'");
    Value item = first->key;
    self.set().members.erase(item);
    return item;
}

Value set_clear(const Value &self, Arguments &arguments, const Runtime &) {
    bind("clear", arguments, {});
    self.set().members.clear();
    return Value();
}

Value set_update(const Value &self, Arguments &arguments, const Runtime &) {
    for (const Value &other : arguments.positional)
        for (const Value &item : to_list(other)) self.set().add(item);
    return Value();
}

Value set_union(const Value &self, Arguments &arguments, const Runtime &runtime) {
    Value result(copy_set(self));
    set_update(result, arguments, runtime);
    return result;
}

Ptr<Set> to_set(const Value &value) {
    auto set = make<Set>();
    for (const Value &item : to_list(value)) set->add(item);
    return set;
}

// The members that are, or are not, in every other.
Value filtered(const Value &self, const Arguments &arguments, bool present) {
    Ptr<Set> result = copy_set(self);
    for (const Value &other : arguments.positional) {
        const Ptr<Set> theirs = to_set(other);
        for (const Value &item : result->members.keys())
            if (theirs->has(item) != present) result->members.erase(item);
    }
    return Value(result);
}

Value set_intersection(const Value &self, Arguments &arguments, const Runtime &) {
    return filtered(self, arguments, true);
}
Value set_difference(const Value &self, Arguments &arguments, const Runtime &) {
    return filtered(self, arguments, false);
}

Value set_symmetric_difference(const Value &self, Arguments &arguments, const Runtime &) {
    const Value other(to_set(bind("symmetric_difference", arguments, {{"other"}})[0]));
    auto result = make<Set>();
    for (const Value &item : self.set().members.keys())
        if (!other.set().has(item)) result->add(item);
    for (const Value &item : other.set().members.keys())
        if (!self.set().has(item)) result->add(item);
    return Value(result);
}

bool is_subset(const Set &small, const Set &large) {
    for (const Value &item : small.members.keys())
        if (!large.has(item)) return false;
    return true;
}

Value set_issubset(const Value &self, Arguments &arguments, const Runtime &) {
    return Value(is_subset(self.set(), *to_set(bind("issubset", arguments, {{"other"}})[0])));
}

Value set_issuperset(const Value &self, Arguments &arguments, const Runtime &) {
    return Value(is_subset(*to_set(bind("issuperset", arguments, {{"other"}})[0]), self.set()));
}

Value set_isdisjoint(const Value &self, Arguments &arguments, const Runtime &) {
    for (const Value &item : to_list(bind("isdisjoint", arguments, {{"other"}})[0]))
        if (self.set().has(item)) return Value(false);
    return Value(true);
}

constexpr Method set_methods[] = {
    {"add", set_add},
    {"update", set_update},
    {"discard", set_discard},
    {"remove", set_remove},
    {"pop", set_pop},
    {"clear", set_clear},
    {"copy", set_copy},
    {"union", set_union},
    {"intersection", set_intersection},
    {"difference", set_difference},
    {"symmetric_difference", set_symmetric_difference},
    {"issubset", set_issubset},
    {"issuperset", set_issuperset},
    {"isdisjoint", set_isdisjoint},
};

}  // namespace

Value make_dict_view(const Value &dict, DictPart part) {
    return Value(make<DictView>(dict, part));
}
const Method *find_dict_method(std::string_view name) {
    return find_in(dict_methods, name);
}
const Method *find_set_method(std::string_view name) {
    return find_in(set_methods, name);
}

}  // namespace mesh::core::jinja
