// Rows for one statement: an array a column, which is quicker than a statement a row and, unlike JSON, right in every encoding.
#pragma once

#include "engine/registry.h"

namespace mesh::engine {

class RowArrays {
public:
    // Of a long list, so many at a time: what the server makes of them meanwhile stays small.
    static constexpr size_t kAtOnce = 500;

    explicit RowArrays(size_t columns) : columns_(columns) {}

    void add(std::vector<std::string> row);
    void clear() { columns_ = std::vector<std::vector<std::string>>(columns_.size()); }
    bool empty() const { return size() == 0; }
    bool full() const { return size() >= kAtOnce; }
    size_t size() const { return columns_.front().size(); }
    const std::vector<std::string> &column(size_t i) const { return columns_[i]; }

    const std::vector<std::vector<std::string>> &columns() const { return columns_; }

    // What stands behind FROM, its arrays being parameters from this number on.
    std::string from(size_t parameter = 2) const;

private:
    std::vector<std::vector<std::string>> columns_;
};

// A statement on the registry whose parameters are `args` and then the rows' columns.
pg::Result registry(const std::string &sql, const std::vector<Value> &args, const RowArrays &rows);

}  // namespace mesh::engine
