#include "core/jinja/symbols.h"

#include <algorithm>

namespace mesh::core::jinja {

int NameTable::id(const std::string &name) {
    const auto [at, added] = ids_.try_emplace(name, static_cast<int>(names_.size()));
    if (added) names_.push_back(&at->first);
    return at->second;
}

std::uint16_t FunctionBuilder::slot(unsigned level, int name) {
    const std::uint64_t key = static_cast<std::uint64_t>(level) << 32 | static_cast<std::uint32_t>(name);
    const auto [at, added] = slots_.try_emplace(key, static_cast<std::uint16_t>(layout_.slots));
    if (added && ++layout_.slots > 0xFFFF) raise(ErrorClass::syntax, "too many variables in one template or macro");
    return at->second;
}

Symbols Symbols::branch_of(const Symbols &base) {
    Symbols branch(*base.function_, base.parent_);
    branch.base_ = &base;
    return branch;
}

const Symbols::Ident *Symbols::own(int name) const {
    const auto at = refs_.find(name);
    if (at != refs_.end()) return &at->second;
    return base_ ? base_->own(name) : nullptr;
}

const Symbols::Ident *Symbols::find(int name) const {
    for (const Symbols *scope = this; scope != nullptr; scope = scope->parent_)
        if (const Ident *ident = scope->own(name)) return ident;
    return nullptr;
}

bool Symbols::stored(int name) const {
    return stores_.contains(name) || (base_ && base_->stored(name));
}

void Symbols::define(int name, LoadInfo load) {
    const Ident ident{function_, function_->slot(level_, name)};
    refs_[name] = ident;
    loads_[ident.index] = load;
}

void Symbols::load(int name) {
    if (find(name) == nullptr) define(name, {Load::Action::resolve, {}, name});
}

// A name that an outer scope knows starts with the outer value.
void Symbols::store(int name) {
    if (!stored(name)) stores_.insert(name);
    if (own(name) != nullptr) return;
    const Ident *outer = parent_ ? parent_->find(name) : nullptr;
    if (outer != nullptr)
        define(name, {Load::Action::alias, *outer, name});
    else
        define(name, {Load::Action::undefined, {}, name});
}

void Symbols::declare_parameter(int name) {
    if (!stored(name)) stores_.insert(name);
    define(name, {Load::Action::parameter, {}, name});
}

// What only some branches store has the value from outside when the others ran.
void Symbols::merge(const std::vector<Symbols> &branches) {
    std::unordered_set<int> added;
    for (const Symbols &branch : branches) {
        for (int name : branch.stores_)
            if (!stored(name)) added.insert(name);
        for (const auto &[name, ident] : branch.refs_) refs_[name] = ident;
        for (const auto &[index, load] : branch.loads_) loads_[index] = load;
    }
    for (int name : added) {
        stores_.insert(name);
        const Ident target = *find(name);
        const Ident *outer = parent_ ? parent_->find(name) : nullptr;
        loads_[target.index] =
            outer ? LoadInfo{Load::Action::alias, *outer, name} : LoadInfo{Load::Action::resolve, {}, name};
    }
}

Slot Symbols::slot_of(const Ident &ident) const {
    return {static_cast<std::uint16_t>(function_->depth() - ident.function->depth()), ident.index};
}

Slot Symbols::reference(int name) const {
    const Ident *ident = find(name);
    if (ident == nullptr) raise(ErrorClass::assertion, "a name is unknown to its scope");
    return slot_of(*ident);
}

Scope Symbols::scope(const NameTable &names) const {
    Scope scope;
    for (const auto &[index, load] : loads_) {
        const bool aliased = load.action == Load::Action::alias;
        const bool resolved = load.action == Load::Action::resolve;
        scope.loads.push_back({load.action,
                               {0, index},
                               aliased ? slot_of(load.source) : Slot{},
                               resolved ? Value(names.name(load.name)) : Value()});
    }
    std::sort(scope.loads.begin(), scope.loads.end(),
              [](const Load &a, const Load &b) { return a.target.index < b.target.index; });
    return scope;
}

}  // namespace mesh::core::jinja
