#include "engine/row_arrays.h"

namespace mesh::engine {

void RowArrays::add(std::vector<std::string> row) {
    for (size_t i = 0; i < columns_.size(); i++) columns_[i].push_back(std::move(row.at(i)));
}

std::string RowArrays::from(size_t parameter) const {
    std::string out;
    for (size_t i = 0; i < columns_.size(); i++) out += (i == 0 ? "rows from (" : ", ") + ("pg_catalog.unnest($" + std::to_string(parameter + i)) + "::text[])";
    return out + ") r";
}

std::vector<pg::Value> RowArrays::values() const {
    std::vector<pg::Value> out;
    for (const std::vector<std::string> &column : columns_) out.emplace_back(pg::array_literal(column));
    return out;
}

std::vector<pg::Value> RowArrays::after(const std::string &first) const {
    std::vector<pg::Value> out = values();
    out.insert(out.begin(), first);
    return out;
}

}  // namespace mesh::engine
