// Relation objects: a table, view or CTE by its parts, as templates see them.
#pragma once

#include <array>
#include <optional>

#include "core/jinja/object.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// For database, schema and identifier: is it written, is it quoted.
using Policy = std::array<bool, 3>;

// Over `policy`, what a dict {"database": bool, "schema": bool, "identifier": bool} says.
Policy policy_from(const Json &json, Policy policy);

struct EventTimeFilter {
    std::string field, start, end;  // start and end as text, empty: open
};

struct RelationFields {
    std::optional<std::string> path[3];  // database, schema, identifier
    std::string type;                    // "table", "view", "cte", "materialized_view", "external" ...; empty: not known
    Policy include = {true, true, true}, quote = {true, true, true};
    std::optional<long> limit;
    std::optional<EventTimeFilter> event_time;
    bool require_alias = true, dbt_created = false;
    bool information_schema = false;  // db.INFORMATION_SCHEMA, with the view's name behind it
    std::optional<std::string> information_schema_view;
};

class Relation : public jinja::Object {
public:
    // Raises CompilationError for a name longer than PostgreSQL's when the type is known, as dbt does.
    explicit Relation(RelationFields fields);

    const RelationFields &fields() const { return fields_; }
    const std::string &schema() const { return text(1); }
    const std::string &identifier() const { return text(2); }
    std::string render() const;  // "db"."schema"."identifier", without limit and filter

    std::string type_name() const override;
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::optional<jinja::Value> item(const jinja::Value &key) override;
    bool has_items() const override { return true; }
    bool mapping() const override { return true; }
    bool truth() const override { return true; }
    std::string str() const override;
    std::string repr() const override { return "<" + type_name() + " " + render() + ">"; }
    bool equals(const jinja::Object &other) const override;
    std::size_t hash() const override;

private:
    const std::string &text(int part) const;
    std::optional<jinja::Value> property(std::string_view name) const;

    RelationFields fields_;
};

jinja::Value make_relation(RelationFields fields);
// database may be empty.
jinja::Value make_relation(const std::string &database, const std::string &schema, const std::string &identifier,
                           const std::string &type = "");
// A CTE of an ephemeral model: __dbt__cte__x.
jinja::Value make_ephemeral_relation(const std::string &identifier);
// What another relation becomes with these in place of its own: keys are those of dbt's Relation.
jinja::Value relation_from(RelationFields fields, const jinja::Arguments &changes);

// api.Relation. `quoting` is the project's.
jinja::Value make_relation_class(const Json &quoting);

std::string cte_name(const std::string &identifier);

}  // namespace mesh::core::project
