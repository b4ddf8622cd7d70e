#include "engine/row_arrays.h"

namespace mesh::engine {

void RowArrays::add(std::vector<std::string> row) {
    for (size_t i = 0; i < columns_.size(); i++) columns_[i].push_back(std::move(row.at(i)));
}

std::string RowArrays::from(size_t parameter) const {
    std::string out;
    for (size_t i = 0; i < columns_.size(); i++) out += (i == 0 ? "rows from (pg_catalog.unnest($" : ", pg_catalog.unnest($") + std::to_string(parameter + i) + ")";
    return out + ") r";
}

pg::Result registry(const std::string &sql, const std::vector<Value> &args, const RowArrays &rows) {
    return pg::as_registry([&] { return pg::query_arrays(sql, args, rows.columns()); });
}

}  // namespace mesh::engine
