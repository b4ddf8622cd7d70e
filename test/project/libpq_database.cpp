#include "libpq_database.h"

#include <iostream>
#include <map>
#include <memory>

#include "core/error.h"

namespace mesh::core::project {

namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::optional<long> number(const std::optional<std::string> &text) {
    return text ? std::optional<long>(std::stol(*text)) : std::nullopt;
}

const char *relations = "select n.nspname, c.relname, case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' "
                        "when 'f' then 'external' else 'table' end from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                        "where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = ";

}  // namespace

LibpqDatabase::LibpqDatabase(const std::string &connection) : connection_(PQconnectdb(connection.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
        const std::string why = PQerrorMessage(connection_);
        PQfinish(connection_);
        throw Error("08001", why);
    }
}

LibpqDatabase::~LibpqDatabase() {
    PQfinish(connection_);
}

std::string LibpqDatabase::literal(const std::string &text) const {
    char *quoted = PQescapeLiteral(connection_, text.data(), text.size());
    std::string out = quoted;
    PQfreemem(quoted);
    return out;
}

std::string LibpqDatabase::type_of(unsigned type, int modifier) {
    static std::map<std::pair<unsigned, int>, std::string> known;
    std::string &name = known[{type, modifier}];
    if (name.empty()) {
        const Result result(PQexec(connection_, ("select format_type(" + std::to_string(type) + ", " + std::to_string(modifier) + ")").c_str()), PQclear);
        name = PQntuples(result.get()) ? PQgetvalue(result.get(), 0, 0) : "text";
    }
    return name;
}

QueryResult LibpqDatabase::execute(const std::string &sql) {
    const Result result(PQexec(connection_, sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
        const char *state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        throw Error(state ? state : "XX000", PQresultErrorMessage(result.get()), "Statement: " + sql);
    }
    QueryResult out;
    out.status = PQcmdStatus(result.get());
    const std::string affected = PQcmdTuples(result.get());
    out.rows_affected = affected.empty() ? -1 : std::stol(affected);
    for (int c = 0; c < PQnfields(result.get()); ++c) {
        out.columns.emplace_back(PQfname(result.get(), c));
        out.types.push_back(type_of(PQftype(result.get(), c), PQfmod(result.get(), c)));
    }
    for (int r = 0; r < PQntuples(result.get()); ++r) {
        out.rows.emplace_back();
        for (int c = 0; c < PQnfields(result.get()); ++c)
            out.rows.back().push_back(PQgetisnull(result.get(), r, c) ? std::nullopt : std::optional<std::string>(PQgetvalue(result.get(), r, c)));
    }
    return out;
}

std::vector<DatabaseColumn> LibpqDatabase::describe(const std::string &sql) {
    const QueryResult result = execute("select * from (\n" + sql + "\n) as described limit 0");
    std::vector<DatabaseColumn> columns;
    for (std::size_t i = 0; i < result.columns.size(); ++i) columns.push_back({result.columns[i], result.types[i], result.types[i], {}, {}, {}});
    return columns;
}

std::optional<RelationInfo> LibpqDatabase::find_relation(const std::string &schema, const std::string &identifier) {
    const QueryResult result = execute(relations + literal(schema) + " and c.relname = " + literal(identifier));
    if (result.rows.empty()) return std::nullopt;
    return RelationInfo{*result.rows[0][0], *result.rows[0][1], *result.rows[0][2]};
}

std::vector<RelationInfo> LibpqDatabase::list_relations(const std::string &schema) {
    std::vector<RelationInfo> all;
    for (const auto &row : execute(relations + literal(schema) + " order by 2").rows) all.push_back({*row[0], *row[1], *row[2]});
    return all;
}

std::vector<DatabaseColumn> LibpqDatabase::columns(const std::string &schema, const std::string &identifier) {
    std::vector<DatabaseColumn> all;
    const QueryResult result = execute(
        "select column_name, data_type, data_type, character_maximum_length, numeric_precision, numeric_scale from information_schema.columns "
        "where table_schema = " + literal(schema) + " and table_name = " + literal(identifier) + " order by ordinal_position");
    for (const auto &row : result.rows) all.push_back({*row[0], *row[1], *row[2], number(row[3]), number(row[4]), number(row[5])});
    return all;
}

bool LibpqDatabase::schema_exists(const std::string &schema) {
    return !execute("select 1 from pg_namespace where nspname = " + literal(schema)).rows.empty();
}

std::vector<std::string> LibpqDatabase::list_schemas() {
    std::vector<std::string> all;
    for (const auto &row : execute("select nspname from pg_namespace order by 1").rows) all.push_back(*row[0]);
    return all;
}

void LibpqDatabase::log(const std::string &text, bool to_user) {
    if (to_user) std::cerr << text << "\n";
}

}  // namespace mesh::core::project
