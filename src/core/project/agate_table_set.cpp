// A table in groups, as agate's group_by makes it.
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/members.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Ptr;
using jinja::Value;

namespace {

// Tables by the value that their rows have in common. What a table can do, it does with each of them.
class TableSet : public MappedSequence {
public:
    TableSet(std::vector<Value> tables, Keys keys, std::string key_name) : MappedSequence("TableSet", std::move(tables), std::move(keys)), key_name_(std::move(key_name)) {}

    std::optional<Value> attribute(std::string_view name) override {
        if (name == "key_name") return Value(key_name_);
        if (std::optional<Value> own = MappedSequence::attribute(name)) return own;
        if (values_.empty()) return std::nullopt;
        std::optional<Value> first = values_.front().object().attribute(name);
        if (!first || !first->is(jinja::Kind::object) || !first->object().callable()) return first;
        return jinja::make_function(std::string(name), [self = Ptr<TableSet>(this), name = std::string(name)](Arguments &a) { return self->each(name, a); });
    }

private:
    Value each(const std::string &name, const Arguments &arguments) {
        std::vector<Value> results;
        for (const Value &table : values_) {
            Arguments again = arguments;
            results.push_back(table.object().attribute(name)->object().call(again));
        }
        return Value(jinja::make<TableSet>(std::move(results), keys_, key_name_));
    }

    std::string key_name_;
};

// What a row is grouped by: a column's value, or what a function makes of the row, as text.
Value key_of(const Ptr<Table> &table, std::size_t row, const Value &key) {
    Value values = *table->item(Value(static_cast<std::int64_t>(row)));
    if (!key.is(jinja::Kind::object) || !key.object().callable()) {
        std::optional<Value> value = values.object().item(key);
        if (!value) raise(jinja::ErrorClass::key, jinja::repr_text(jinja::to_text(key)));
        return *value;
    }
    Arguments arguments{{values}};
    Value made = key.object().call(arguments);
    return made.is_none() ? made : Value(jinja::to_text(made));
}

}  // namespace

Value group_by(const Ptr<Table> &table, Arguments &a) {
    const auto bound = bind("group_by", a, {{"key"}, {"key_name", Value()}, {"key_type", Value()}});
    auto numbers = jinja::make<jinja::Dict>();  // key -> number of its group
    std::vector<Table::RowList> groups;
    for (std::size_t r = 0; r < table->rows().size(); ++r) {
        const Value key = key_of(table, r, bound[0]);
        if (!numbers->find(key)) {
            numbers->set(key, Value(static_cast<std::int64_t>(groups.size())));
            groups.emplace_back();
        }
        groups[static_cast<std::size_t>(numbers->find(key)->integer())].push_back(table->rows()[r]);
    }
    std::vector<Value> tables;
    for (Table::RowList &rows : groups) tables.emplace_back(jinja::make<Table>(table->names(), table->types(), std::move(rows)));
    const Value &name = bound[1].is_none() && bound[0].is_string() ? bound[0] : bound[1];
    return Value(jinja::make<TableSet>(std::move(tables), std::make_shared<std::vector<Value>>(numbers->keys()), name.is_none() ? "group" : jinja::to_text(name)));
}

}  // namespace mesh::core::project
