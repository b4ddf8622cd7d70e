// The names that one scope knows, and what they refer to: Jinja2's identifier tracking.
#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/jinja/tree.h"

namespace mesh::core::jinja {

// Names as numbers, for one tree.
class NameTable {
public:
    int id(const std::string &name);
    const std::string &name(int id) const { return *names_[id]; }

private:
    std::unordered_map<std::string, int> ids_;
    std::vector<const std::string *> names_;
};

// One function under construction: hands out its slots.
class FunctionBuilder {
public:
    FunctionBuilder(FunctionLayout &layout, unsigned depth) : layout_(layout), depth_(depth) {}
    // The same slot for the same name at the same level of nesting.
    std::uint16_t slot(unsigned level, int name);
    unsigned depth() const { return depth_; }

private:
    FunctionLayout &layout_;
    unsigned depth_;
    std::unordered_map<std::uint64_t, std::uint16_t> slots_;
};

class Symbols {
public:
    struct Ident {
        const FunctionBuilder *function = nullptr;
        std::uint16_t index = 0;
    };

    Symbols(FunctionBuilder &function, const Symbols *parent)
        : function_(&function), parent_(parent), level_(parent ? parent->level_ + 1 : 0) {}

    // For one branch of an if: reads what the other knows, keeps its own changes apart until merge().
    static Symbols branch_of(const Symbols &base);
    void merge(const std::vector<Symbols> &branches);

    void load(int name);
    void store(int name);
    void declare_parameter(int name);

    // Demands that the name is known.
    Slot reference(int name) const;
    bool knows(int name) const { return find(name) != nullptr; }
    // What entering the scope does.
    Scope scope(const NameTable &names) const;
    const std::unordered_set<int> &stores() const { return stores_; }

private:
    struct LoadInfo {
        Load::Action action;
        Ident source;
        int name;
    };

    const Ident *own(int name) const;
    const Ident *find(int name) const;
    bool stored(int name) const;
    void define(int name, LoadInfo load);
    Slot slot_of(const Ident &ident) const;

    FunctionBuilder *function_;
    const Symbols *parent_;
    const Symbols *base_ = nullptr;
    unsigned level_;
    std::unordered_map<int, Ident> refs_;
    std::unordered_map<std::uint16_t, LoadInfo> loads_;
    std::unordered_set<int> stores_;
};

}  // namespace mesh::core::jinja
