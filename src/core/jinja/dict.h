// Python's dict and set: any hashable key, insertion order.
#pragma once

#include "core/jinja/value.h"

namespace mesh::core::jinja {

// Keys 1, 1.0 and true are one. Unhashable keys raise TypeError. Erased places are skipped by next().
struct Dict : Tracked {
    struct Entry {
        std::size_t hash;
        Value key, value;  // a missing key: erased
    };

    std::size_t size() const { return live_; }
    const Value *find(const Value &key) const;  // nullptr when not there; valid until the next change
    const Value *find(std::string_view key) const;
    void set(const Value &key, Value value);
    bool erase(const Value &key);
    void clear();
    void drop_contents() override { clear(); }

    // The entry at or after the place, nullptr at the end: for (size_t at = 0; auto *e = d.next(at); ++at)
    const Entry *next(std::size_t &place) const;
    const Entry *last() const;
    std::uint64_t changes() const { return changes_; }  // grows with every key that comes or goes

    Ptr<Dict> copy() const;
    std::vector<Value> keys() const;
    std::vector<Value> values() const;
    std::vector<Value> items() const;  // tuples

private:
    std::size_t locate(const Value &key, std::size_t hash) const;
    void rebuild_index();
    void compact();

    std::vector<Entry> entries_;
    std::vector<std::uint32_t> index_;  // open addressing, place + 1; unused while there are few entries
    std::size_t live_ = 0;
    std::uint64_t changes_ = 0;
};

// Iterates in insertion order, where Python's order is arbitrary.
struct Set : Tracked {
    bool has(const Value &item) const { return members.find(item) != nullptr; }
    void add(const Value &item) { members.set(item, Value()); }
    void drop_contents() override { members.clear(); }
    Dict members;
};

inline Value::Value(const Ptr<Dict> &value) : Value(Kind::dict, value.get()) {}
inline Value::Value(const Ptr<Set> &value) : Value(Kind::set, value.get()) {}
inline Dict &Value::dict() const {
    return static_cast<Dict &>(*bits_.ref);
}
inline Set &Value::set() const {
    return static_cast<Set &>(*bits_.ref);
}

}  // namespace mesh::core::jinja
