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

    // Of a model that could not be compiled: the ids of those that it says it reads.
    void add_declared(const Model &model, const std::vector<std::string> &ids);

    // When at least so many were compiled.
    void write(size_t least = 0);

private:
    bool is_published(const std::string &model);
    void write_models();
    void write_reads();

    std::string domain_;
    std::optional<std::set<std::string>> published_;  // models that a product publishes, once they were asked for
    RowArrays models_{9}, reads_{3};
};

}  // namespace mesh::engine
