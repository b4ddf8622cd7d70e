#include "core/jinja/dict.h"

#include "core/jinja/operators.h"

namespace mesh::core::jinja {

namespace {

constexpr std::size_t small = 8;  // up to here a scan is faster than an index
constexpr std::size_t absent = static_cast<std::size_t>(-1);

}  // namespace

std::size_t Dict::locate(const Value &key, std::size_t hash) const {
    auto matches = [&](const Entry &entry) {
        return entry.hash == hash && !entry.key.is_missing() && (entry.key.same(key) || equal(entry.key, key));
    };
    if (index_.empty()) {
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (matches(entries_[i])) return i;
        return absent;
    }
    const std::size_t mask = index_.size() - 1;
    for (std::size_t probe = hash & mask; index_[probe] != 0; probe = (probe + 1) & mask)
        if (matches(entries_[index_[probe] - 1])) return index_[probe] - 1;
    return absent;
}

const Value *Dict::find(const Value &key) const {
    const std::size_t place = locate(key, hash_of(key));
    return place == absent ? nullptr : &entries_[place].value;
}

const Value *Dict::find(std::string_view key) const {
    if (live_ == 0) return nullptr;
    return find(Value(key));
}

void Dict::set(const Value &key, Value value) {
    const std::size_t hash = hash_of(key);
    const std::size_t place = locate(key, hash);
    if (place != absent) {
        std::swap(entries_[place].value, value);  // the old one goes last: its end must not find us half changed
        return;
    }
    if (entries_.size() >= small && entries_.size() > 2 * live_) compact();
    entries_.push_back({hash, key, std::move(value)});
    ++live_;
    ++changes_;
    if (entries_.size() > small && entries_.size() * 3 > index_.size() * 2) {
        rebuild_index();
    } else if (!index_.empty()) {
        std::size_t probe = hash & (index_.size() - 1);
        while (index_[probe] != 0) probe = (probe + 1) & (index_.size() - 1);
        index_[probe] = static_cast<std::uint32_t>(entries_.size());
    }
}

// The erased entry keeps its place in the index, so that probes go on past it.
bool Dict::erase(const Value &key) {
    const std::size_t place = locate(key, hash_of(key));
    if (place == absent) return false;
    Value old_key = std::exchange(entries_[place].key, Value::missing());
    Value old_value = std::exchange(entries_[place].value, Value());
    --live_;
    ++changes_;
    return true;
}

void Dict::clear() {
    std::vector<Entry> old;
    old.swap(entries_);
    index_.clear();
    live_ = 0;
    ++changes_;
}

const Dict::Entry *Dict::next(std::size_t &place) const {
    while (place < entries_.size() && entries_[place].key.is_missing()) ++place;
    return place < entries_.size() ? &entries_[place] : nullptr;
}

const Dict::Entry *Dict::last() const {
    for (std::size_t i = entries_.size(); i-- > 0;)
        if (!entries_[i].key.is_missing()) return &entries_[i];
    return nullptr;
}

void Dict::rebuild_index() {
    std::size_t size = 16;
    while (size < entries_.size() * 3) size *= 2;
    index_.assign(size, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        std::size_t probe = entries_[i].hash & (size - 1);
        while (index_[probe] != 0) probe = (probe + 1) & (size - 1);
        index_[probe] = static_cast<std::uint32_t>(i + 1);
    }
}

void Dict::compact() {
    std::erase_if(entries_, [](const Entry &entry) { return entry.key.is_missing(); });
    index_.clear();
    if (entries_.size() > small) rebuild_index();
}

Ptr<Dict> Dict::copy() const {
    auto result = make<Dict>();
    for (std::size_t at = 0; auto *entry = next(at); ++at) result->set(entry->key, entry->value);
    return result;
}

std::vector<Value> Dict::keys() const {
    std::vector<Value> result;
    for (std::size_t at = 0; auto *entry = next(at); ++at) result.push_back(entry->key);
    return result;
}

std::vector<Value> Dict::values() const {
    std::vector<Value> result;
    for (std::size_t at = 0; auto *entry = next(at); ++at) result.push_back(entry->value);
    return result;
}

std::vector<Value> Dict::items() const {
    std::vector<Value> result;
    for (std::size_t at = 0; auto *entry = next(at); ++at) result.push_back(Value::tuple({entry->key, entry->value}));
    return result;
}

}  // namespace mesh::core::jinja
