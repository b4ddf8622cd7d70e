// Column objects, as dbt-postgres' are.
#pragma once

#include <optional>

#include "core/jinja/object.h"
#include "core/project/database.h"

namespace mesh::core::project {

class Column : public jinja::Object {
public:
    std::string name, dtype;
    std::optional<long> char_size;
    jinja::Value precision, scale;  // none when not known

    Column(std::string column_name, std::string type) : name(std::move(column_name)), dtype(std::move(type)) {}

    // "character varying(20)", "numeric(10,2)", "integer"
    std::string data_type() const;
    bool is_string() const;
    bool is_numeric() const;
    bool is_integer() const;
    bool is_float() const;
    // Raises CompilationError for a column that is no string.
    long string_size() const;

    std::string type_name() const override { return "PostgresColumn"; }
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::string repr() const override;
    bool equals(const jinja::Object &other) const override;
    std::size_t hash() const override { return std::hash<std::string>()(name); }

private:
    std::optional<jinja::Value> method(std::string_view name);
};

jinja::Value make_column(const DatabaseColumn &column);
jinja::Value make_column(const std::string &name, const std::string &type);

// api.Column
jinja::Value make_column_class();

// dbt's names for types: "string" is text.
std::string translate_type(const std::string &type);

}  // namespace mesh::core::project
