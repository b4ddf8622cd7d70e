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
    bool is_published(const std::string &model);
    void write_reads();

    std::string domain_;
    std::optional<std::set<std::string>> published_;  // models that a product publishes, once they were asked for
    RowArrays models_{9}, reads_{3};
};

}  // namespace mesh::engine
