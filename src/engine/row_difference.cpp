#include "engine/row_difference.h"

#include "pg/spi.h"

namespace mesh::engine {

std::string RowDifference::same_key() const {
    std::string out;
    for (const std::string &column : key)
        out += (out.empty() ? "s." : " and s.") + pg::quote_ident(column) + " operator(pg_catalog.=) " + table + "." + pg::quote_ident(column);
    return out;
}

std::string RowDifference::compared(const char *op) const {
    return "row(" + columns(table + ".") + ")::pg_catalog.record operator(pg_catalog." + op + ") row(" + columns("s.") + ")::pg_catalog.record";
}

std::string RowDifference::assignments() const {
    std::string out;
    for (const pg::Column &column : staged->columns) out += (out.empty() ? "" : ", ") + pg::quote_ident(column.name) + " = s." + pg::quote_ident(column.name);
    return out;
}

std::string RowDifference::numbered(const std::string &from, const std::string &more) const {
    return "(select " + more + ", mesh_row, pg_catalog.row_number() over (partition by mesh_row) as mesh_n from (select " + more + ", row(" + columns() +
           ")::pg_catalog.text collate pg_catalog.\"C\" as mesh_row from " + from + ") r)";
}

std::string RowDifference::counted(const std::string &from) const {
    return "(select mesh_row, pg_catalog.count(*) as mesh_n from (select row(" + columns() + ")::pg_catalog.text collate pg_catalog.\"C\" as mesh_row from " + from +
           ") r group by mesh_row)";
}

std::string RowDifference::counts() const {
    return std::to_string(deleted) + " deleted, " + std::to_string(updated) + " updated, " + std::to_string(inserted) + " inserted";
}

void plain_texts() {
    (void)pg::query("select pg_catalog.set_config('datestyle', 'ISO', true), pg_catalog.set_config('extra_float_digits', '3', true)");
}

}  // namespace mesh::engine
