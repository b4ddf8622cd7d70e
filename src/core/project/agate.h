// Query results as templates see them: the part of Python's agate tables that dbt projects use.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "core/jinja/object.h"
#include "core/project/database.h"

namespace mesh::core::project {

enum class AgateType { integer, number, date, datetime, boolean, text, time_delta };

// Values by place and by key: rows, columns, and a table's lists of them.
class MappedSequence : public jinja::Object {
public:
    using Keys = std::shared_ptr<const std::vector<jinja::Value>>;
    MappedSequence(const char *type, std::vector<jinja::Value> values, Keys keys)
        : type_(type), values_(std::move(values)), keys_(std::move(keys)) {}

    const std::vector<jinja::Value> &values() const { return values_; }
    const jinja::Value *by_key(const jinja::Value &key) const;

    std::string type_name() const override { return type_; }
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::optional<jinja::Value> item(const jinja::Value &key) override;
    bool has_items() const override { return true; }
    std::optional<jinja::Value> slice(const jinja::Value &start, const jinja::Value &stop, const jinja::Value &step) override;
    std::optional<std::int64_t> length() const override { return static_cast<std::int64_t>(values_.size()); }
    jinja::Ptr<jinja::Iterator> iterate() override;
    std::string repr() const override;
    bool equals(const jinja::Object &other) const override;
    void drop_contents() override { values_.clear(); }

protected:
    const char *type_;
    std::vector<jinja::Value> values_;
    Keys keys_;
};

// A column of a table: also its name, index and data_type.
class TableColumn : public MappedSequence {
public:
    TableColumn(std::string name, std::size_t index, AgateType data_type, std::vector<jinja::Value> values)
        : MappedSequence("Column", std::move(values), nullptr), name_(std::move(name)), index_(index), data_type_(data_type) {}
    std::optional<jinja::Value> attribute(std::string_view name) override;

private:
    std::string name_;
    std::size_t index_;
    AgateType data_type_;
};

class Table : public jinja::Object {
public:
    using RowList = std::vector<std::vector<jinja::Value>>;
    Table(std::vector<std::string> names, std::vector<AgateType> types, RowList rows);

    const std::vector<std::string> &names() const { return names_; }
    const std::vector<AgateType> &types() const { return types_; }
    const RowList &rows() const { return rows_; }
    // As print_table prints it.
    std::string text(std::size_t max_rows, std::size_t max_columns, std::optional<std::size_t> max_width) const;
    // Its rows as to_json writes them: a dict each.
    jinja::Value json() const;
    // Row lists of values, as load_result(...)['data'].
    jinja::Value matrix() const;

    std::string type_name() const override { return "Table"; }
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::optional<jinja::Value> item(const jinja::Value &key) override { return rows_value().object().item(key); }
    bool has_items() const override { return true; }
    std::optional<std::int64_t> length() const override { return static_cast<std::int64_t>(rows_.size()); }
    jinja::Ptr<jinja::Iterator> iterate() override { return rows_value().object().iterate(); }
    void drop_contents() override;

    const jinja::Value &rows_value();
    const jinja::Value &columns_value();

private:
    std::vector<std::string> names_;
    std::vector<AgateType> types_;
    RowList rows_;
    MappedSequence::Keys keys_;
    jinja::Value rows_value_ = jinja::Value::missing(), columns_value_ = jinja::Value::missing();
};

// As column.data_type shows it: <Integer>, with its name under "name".
jinja::Value agate_type_value(AgateType type);

// A value of such a column as agate writes it to JSON, or else to CSV.
jinja::Value written(AgateType type, const jinja::Value &value, bool as_json);

// table.group_by(key): a sequence of tables with the same columns, by the value of a column or of a function of the row, in the order in which they
// first appear. Raises KeyError for a column that is none.
jinja::Value group_by(const jinja::Ptr<Table> &table, jinja::Arguments &arguments);

// table.select(...), exclude, rename, limit, order_by, where, distinct, group_by, print_table ...: nullopt for what is no method.
std::optional<jinja::Value> table_method(const jinja::Ptr<Table> &table, std::string_view name,
                                         const std::function<void(const std::string &)> &print);

// With Python's types: what psycopg2 and dbt's agate make of the server's text. Of columns of one name the second is name_2.
jinja::Ptr<Table> make_table(const QueryResult &result);
jinja::Ptr<Table> empty_table();
// From data of any kind: the narrowest type that all values of a column have.
jinja::Ptr<Table> make_table(std::vector<std::string> names, Table::RowList rows);

// What print_table prints goes here while a run's context is alive; unset: nowhere.
void set_table_printer(std::function<void(const std::string &)> printer);

}  // namespace mesh::core::project
