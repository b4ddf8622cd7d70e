// map, select, reject, selectattr, rejectattr: lazy, as Python's generators are. Their arguments too are only looked at
// when the first item is asked for, and not at all when there is none.
#include <memory>

#include "core/jinja/filters.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

// What a step of the generators starts from.
struct Source {
    Value values;
    Arguments arguments;
    Runtime runtime;
    Ptr<Iterator> iterator = nullptr;

    bool next(Value &value) {
        if (!iterator) {
            if (!truth(values)) return false;
            iterator = iterate(values);
        }
        return iterator->next(value);
    }
};

// The function that map() applies, made from its arguments.
class Mapping {
public:
    Mapping(Arguments arguments, const Runtime &runtime) : arguments_(std::move(arguments)), runtime_(runtime) {
        Value attribute = arguments_.positional.empty() ? arguments_.take("attribute") : Value::missing();
        if (!attribute.is_missing()) {
            const Value otherwise = arguments_.take("default");
            if (!arguments_.named.empty())
                raise(ErrorClass::filter_argument,
                      "Unexpected keyword argument " + repr_text(arguments_.named.front().first));
            path_ = std::make_unique<AttributePath>(attribute, runtime, otherwise.is_missing() ? Value() : otherwise);
            return;
        }
        if (arguments_.positional.empty()) raise(ErrorClass::filter_argument, "map requires a filter argument");
        filter_ = arguments_.positional.front();
        arguments_.positional.erase(arguments_.positional.begin());
    }

    Value apply(const Value &item) const {
        if (path_) return path_->of(item);
        Arguments copy = arguments_;
        return call_filter(filter_, item, copy, runtime_);
    }

private:
    Arguments arguments_;
    const Runtime runtime_;
    std::unique_ptr<AttributePath> path_;
    Value filter_;
};

Value map(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    auto next = [source = Source{subject, arguments, runtime},
                 mapping = std::shared_ptr<Mapping>()](Value &value) mutable {
        if (!mapping && !truth(source.values)) return false;
        if (!mapping) mapping = std::make_shared<Mapping>(source.arguments, source.runtime);
        Value item;
        if (!source.next(item)) return false;
        value = mapping->apply(item);
        return true;
    };
    return Value(make_generator(std::move(next)));
}

// The question that select() and its kin ask of each item.
class Question {
public:
    Question(Arguments arguments, const Runtime &runtime, bool of_attribute)
        : arguments_(std::move(arguments)), runtime_(runtime) {
        if (of_attribute) {
            if (arguments_.positional.empty())
                raise(ErrorClass::filter_argument, "Missing parameter for attribute name");
            path_ = std::make_unique<AttributePath>(take_first(), runtime);
        }
        if (!arguments_.positional.empty()) test_ = take_first();
    }

    bool holds(const Value &item) const {
        const Value value = path_ ? path_->of(item) : item;
        if (test_.is_missing()) return truth(value);
        Arguments copy = arguments_;
        return call_test(test_, value, copy, runtime_);
    }

private:
    Value take_first() {
        Value first = arguments_.positional.front();
        arguments_.positional.erase(arguments_.positional.begin());
        return first;
    }

    Arguments arguments_;
    const Runtime runtime_;
    std::unique_ptr<AttributePath> path_;
    Value test_ = Value::missing();
};

template <bool wanted, bool of_attribute>
Value select(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    auto next = [source = Source{subject, arguments, runtime},
                 question = std::shared_ptr<Question>()](Value &value) mutable {
        if (!question && !truth(source.values)) return false;
        if (!question) question = std::make_shared<Question>(source.arguments, source.runtime, of_attribute);
        while (source.next(value))
            if (question->holds(value) == wanted) return true;
        return false;
    };
    return Value(make_generator(std::move(next)));
}

constexpr BuiltinFilter selection_filters[] = {
    {"map", map, false},
    {"select", select<true, false>, false},
    {"reject", select<false, false>, false},
    {"selectattr", select<true, true>, false},
    {"rejectattr", select<false, true>, false},
};

}  // namespace

const BuiltinFilter *find_selection_filter(std::string_view name) {
    for (const BuiltinFilter &filter : selection_filters)
        if (name == filter.name) return &filter;
    return nullptr;
}

}  // namespace mesh::core::jinja
