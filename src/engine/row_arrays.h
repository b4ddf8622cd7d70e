// Rows for one statement: an array a column, which is quicker than a statement a row and, unlike JSON, right in every encoding.
#pragma once

#include "pg/spi.h"

namespace mesh::engine {

class RowArrays {
public:
    explicit RowArrays(size_t columns) : columns_(columns) {}

    void add(std::vector<std::string> row);
    bool empty() const { return size() == 0; }
    size_t size() const { return columns_.front().size(); }
    const std::vector<std::string> &column(size_t i) const { return columns_[i]; }

    // What stands behind FROM, and the parameters of the statement: $1 is `first`, the arrays follow.
    std::string from() const;
    std::vector<pg::Value> after(const std::string &first) const;

private:
    std::vector<std::vector<std::string>> columns_;
};

}  // namespace mesh::engine
