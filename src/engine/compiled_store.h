// What analysis found of a project's models goes to the registry by a statement for many, not by several for each.
#pragma once

#include "engine/compile.h"
#include "engine/row_arrays.h"

namespace mesh::engine {

// The model with what its analysis found.
Model with_analysis(Model model, const Compiled &compiled);

// Columns, dependencies, lineage and status of compiled models of one domain.
class CompiledStore {
public:
    explicit CompiledStore(std::string domain) : domain_(std::move(domain)) {}

    // With `body`, that is stored too; of a seed the registry alone has it. Raises 42P16 where a contract would break.
    void add(const Model &model, const Compiled &compiled, const Value &body = {});

    // When at least so many were added.
    void write(size_t least = 1);

private:
    void write_reads();
    void write_lineage();

    std::string domain_;
    RowArrays models_{8}, reads_{3}, lineage_{5};
};

}  // namespace mesh::engine
