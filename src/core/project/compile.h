// From a node's text to its SQL: rendering with execute, and ephemeral models put in as CTEs.
#pragma once

#include "core/near.h"
#include "core/project/invocation.h"
#include "core/project/session.h"

namespace mesh::core::project {

Compiled compile_node(Session &session, const Node &node);
Compiled compile_inline(Session &session, const std::string &text);
Compiled compile_unit_test(Session &session, const OtherResource &unit_test);

// Puts CTEs (text as "name as (\n...\n)", a blank before it) in front of a query, into its own WITH when it begins with one.
std::string inject_ctes(const std::string &sql, const std::vector<std::pair<std::string, std::string>> &ctes);

// Text of an ephemeral model as a CTE.
std::string cte_text(const std::string &identifier, const std::string &sql);

// A frame for rendering a node in a run.
Frame run_frame(const Node &node);

// `schemas` and `database_schemas`, for operations.
void add_schemas(Session &session, Frame &frame);

// Calls the materialization and runs its hooks' protocol. The relations it returned.
std::vector<RelationInfo> run_materialization(Session &session, const Node &node, const std::string &macro_id, const Compiled &compiled);

// replaced.cpp: as Invocation's make() and apply().
RelationInfo make_by_macros(Session &session, const Node &node, const Compiled &compiled);
void apply_by_macros(Session &session, const Node &node, Work work, bool existed);

// As Invocation's of the same names.
bool own_strategy(Session &session, const Node &node);
std::string strategy_sql(Session &session, const Node &node, const std::string &schema, const std::string &identifier, const std::vector<DatabaseColumn> &columns);

// The names of the columns that the project's own get_columns_in_relation tells of a table. Nothing where it has none, or that tells no columns.
std::optional<std::vector<std::string>> told_columns(Session &session, const Node &node, const std::string &schema, const std::string &identifier);

FreshnessTimes measure_freshness(Session &session, const Source &source);

// What an undefined name may have meant goes into the error's hint.
void add_hint(Session &session, jinja::TemplateError &error);

template <class F>
auto hinted(Session &session, F body) {
    try {
        return body();
    } catch (jinja::TemplateError &error) {
        add_hint(session, error);
        throw;
    }
}

}  // namespace mesh::core::project
