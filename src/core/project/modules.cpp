#include "core/project/modules.h"

#include <algorithm>
#include <cmath>

#include "core/jinja/guard.h"
#include "core/jinja/operators.h"
#include "core/project/python_datetime.h"
#include "core/project/python_re.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

using Lists = std::vector<std::vector<Value>>;

Lists lists_of(const std::vector<Value> &values) {
    Lists lists;
    for (const Value &value : values) lists.push_back(jinja::to_list(value));
    return lists;
}

Value chain(Arguments &a) {
    std::vector<Value> all;
    for (const auto &list : lists_of(a.positional)) all.insert(all.end(), list.begin(), list.end());
    return Value(std::move(all));
}

// Every choice of one from each list, the last list running fastest.
Value product(Arguments &a) {
    const Value repeat = a.take("repeat");
    Lists lists = lists_of(a.positional);
    const std::size_t once = lists.size();
    for (std::int64_t i = 1; !repeat.is_missing() && i < jinja::to_index(repeat); ++i)
        for (std::size_t k = 0; k < once; ++k) lists.push_back(lists[k]);
    Lists rows{{}};
    for (const auto &list : lists) {
        Lists longer;
        jinja::Guard::list_size(rows.size() * list.size());
        for (const auto &row : rows)
            for (const Value &one : list) {
                longer.push_back(row);
                longer.back().push_back(one);
            }
        rows = std::move(longer);
    }
    std::vector<Value> tuples;
    for (auto &row : rows) tuples.push_back(Value::tuple(std::move(row)));
    return Value(std::move(tuples));
}

enum class Choice { combinations, with_replacement, permutations };

void choose(const std::vector<Value> &pool, std::size_t count, Choice choice, std::vector<std::size_t> &chosen, std::vector<Value> &out) {
    if (chosen.size() == count) {
        std::vector<Value> row;
        for (const std::size_t i : chosen) row.push_back(pool[i]);
        jinja::Guard::list_size(out.size());
        jinja::Guard::tick();
        out.push_back(Value::tuple(std::move(row)));
        return;
    }
    std::size_t first = 0;
    if (choice != Choice::permutations && !chosen.empty()) first = chosen.back() + (choice == Choice::combinations);
    for (std::size_t i = first; i < pool.size(); ++i) {
        if (choice == Choice::permutations && std::find(chosen.begin(), chosen.end(), i) != chosen.end()) continue;
        chosen.push_back(i);
        choose(pool, count, choice, chosen, out);
        chosen.pop_back();
    }
}

Value choices(Arguments &a, Choice choice) {
    const auto bound = bind("combinations", a, {{"iterable"}, {"r", Value()}});
    const auto pool = jinja::to_list(bound[0]);
    std::vector<std::size_t> chosen;
    std::vector<Value> out;
    choose(pool, bound[1].is_none() ? pool.size() : static_cast<std::size_t>(jinja::to_index(bound[1])), choice, chosen, out);
    return Value(std::move(out));
}

Value zip_longest(Arguments &a) {
    const Value given = a.take("fillvalue");
    const Value fill = given.is_missing() ? Value() : given;
    const Lists lists = lists_of(a.positional);
    std::size_t longest = 0;
    for (const auto &list : lists) longest = std::max(longest, list.size());
    std::vector<Value> rows;
    for (std::size_t i = 0; i < longest; ++i) {
        std::vector<Value> row;
        for (const auto &list : lists) row.push_back(i < list.size() ? list[i] : fill);
        rows.push_back(Value::tuple(std::move(row)));
    }
    return Value(std::move(rows));
}

Value accumulate(Arguments &a) {
    const auto bound = bind("accumulate", a, {{"iterable"}, {"func", Value()}});
    std::vector<Value> out;
    for (const Value &one : jinja::to_list(bound[0])) {
        if (out.empty()) {
            out.push_back(one);
        } else if (bound[1].is_none()) {
            out.push_back(jinja::add(out.back(), one));
        } else {
            Arguments call{{out.back(), one}};
            out.push_back(bound[1].object().call(call));
        }
    }
    return Value(std::move(out));
}

Value islice(Arguments &a) {
    const auto bound = bind("islice", a, {{"iterable"}, {"start"}, {"stop", Value::missing()}, {"step", Value()}});
    const bool only_stop = bound[2].is_missing();
    return jinja::slice(Value(jinja::to_list(bound[0])), only_stop ? Value() : bound[1], only_stop ? bound[1] : bound[2], bound[3]);
}

Value repeat(Arguments &a) {
    const auto bound = bind("repeat", a, {{"object"}, {"times"}});
    const auto times = static_cast<std::size_t>(std::max<std::int64_t>(0, jinja::to_index(bound[1])));
    jinja::Guard::list_size(times);
    return Value(std::vector<Value>(times, bound[0]));
}

Value count(Arguments &a) {
    const auto bound = bind("count", a, {{"start", Value(0)}, {"step", Value(1)}});
    return Value(jinja::make_generator([next = bound[0], step = bound[1]](Value &value) mutable {
        value = next;
        next = jinja::add(next, step);
        return true;
    }, "count"));
}

// [(key, [values])] of values that follow one another with the same key.
Value groupby(Arguments &a) {
    const auto bound = bind("groupby", a, {{"iterable"}, {"key", Value()}});
    std::vector<Value> groups;
    Value last = Value::missing();
    for (const Value &one : jinja::to_list(bound[0])) {
        Arguments call{{one}};
        const Value key = bound[1].is_none() ? one : bound[1].object().call(call);
        if (groups.empty() || !jinja::equal(last, key)) groups.push_back(Value::tuple({key, Value(std::vector<Value>())}));
        groups.back().tuple().items[1].list().items.push_back(one);
        last = key;
    }
    return Value(std::move(groups));
}

Value itertools() {
    auto module = jinja::make<jinja::Dict>();
    const auto add = [&](const char *name, jinja::Function::Body body) { module->set(Value(name), jinja::make_function(name, std::move(body))); };
    add("chain", chain);
    add("product", product);
    add("combinations", [](Arguments &a) { return choices(a, Choice::combinations); });
    add("combinations_with_replacement", [](Arguments &a) { return choices(a, Choice::with_replacement); });
    add("permutations", [](Arguments &a) { return choices(a, Choice::permutations); });
    add("zip_longest", zip_longest);
    add("accumulate", accumulate);
    add("islice", islice);
    add("repeat", repeat);
    add("count", count);
    add("groupby", groupby);
    return Value(module);
}

}  // namespace

Value make_modules() {
    auto modules = jinja::make<jinja::Dict>();
    modules->set(Value("datetime"), make_datetime_module());
    modules->set(Value("pytz"), make_pytz_module());
    modules->set(Value("re"), make_re_module());
    modules->set(Value("itertools"), itertools());
    return Value(modules);
}

Value make_datetime_utc(double seconds_since_1970) {
    return make_moment(Moment::Kind::datetime, std::llround(seconds_since_1970 * 1e6), utc_zone());
}

}  // namespace mesh::core::project
