// Text columns with a length make room for longer values, as dbt's expand_target_column_types gives it.
#include <algorithm>

#include "engine/build.h"

namespace mesh::engine {

namespace {

// As dbt reckons: text without a length counts as 256 characters. 0: it is no text.
long length_of(const std::string &type) {
    for (const std::string base : {"character varying", "character", "pg_catalog.text", "pg_catalog.bpchar"}) {
        if (type == base) return 256;
        if (type.compare(0, base.size() + 1, base + "(") == 0) return std::stol(type.substr(base.size() + 1));
    }
    return 0;
}

bool has_length(const std::string &type) {
    return type.ends_with(")");
}

// PostgreSQL changes no type that a view goes by.
bool is_viewed(Oid table, const std::string &column) {
    return pg::query_value("select true from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid"
                           " where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass"
                           " and d.refobjid = $1::oid and a.attname = $2 limit 1",
                           {std::to_string(table), column})
        .has_value();
}

}  // namespace

std::string grow_text(Oid table, std::vector<pg::Column> &held, const std::vector<pg::Column> &given) {
    std::string actions;
    for (pg::Column &column : held) {
        auto same = std::find_if(given.begin(), given.end(), [&](const pg::Column &one) { return one.name == column.name; });
        if (same == given.end() || !has_length(column.type)) continue;
        long from = length_of(column.type), to = length_of(same->type);
        if (from == 0 || to <= from || is_viewed(table, column.name)) continue;
        column.type = "character varying(" + std::to_string(to) + ")";
        actions += (actions.empty() ? "" : ", ") + ("alter column " + pg::quote_ident(column.name) + " type " + column.type) +
                   (column.collation.empty() ? "" : " collate " + column.collation);
    }
    return actions;
}

}  // namespace mesh::engine
