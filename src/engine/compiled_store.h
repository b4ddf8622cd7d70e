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

    // A model that is not registered yet, and no seed: it will be, with what its analysis finds, in one go.
    void introduce(const Model &model);
    bool introduces(const Model &model) const { return introduced_.count(model.name) > 0; }

    // With `body`, that is stored too; of a seed the registry alone has it. Raises 42P16 where a contract would break.
    void add(const Model &model, const Compiled &compiled, const Value &body = {});

    // Of a model that could not be compiled: the ids of those that it says it reads.
    void add_declared(const Model &model, const std::vector<std::string> &ids);

    // When at least so many were compiled.
    void write(size_t least = 0);

private:
    bool is_published(const std::string &model);
    void add_found(const std::string &model, const Value &body, std::vector<std::string> found);
    void write_new();
    void write_models();
    void write_reads();

    std::string domain_;
    std::optional<std::set<std::string>> published_;  // models that a product publishes, once they were asked for
    std::map<std::string, std::vector<std::string>> introduced_;  // by name, and not compiled yet: their definition_row()
    RowArrays new_{16}, models_{9}, reads_{3};
};

}  // namespace mesh::engine
