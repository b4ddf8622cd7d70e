// Changing what is registered about models: each change is analyzed, with all that reads the model, before it takes effect.
#pragma once

#include "engine/compile.h"

namespace mesh::engine {

class CompiledStore;

// Registers a model, or gives it a new definition. What it reads may come later: then it is pending, which a NOTICE says.
// Raises 42710 (exists, without replace), 42P19 (it would depend on itself), 42P16 (a reader or a contract would break),
// 22023 (a bad setting), 42710 or 42501 (its schema is not the domain's and cannot become so), and whatever the analysis finds, with the position in the body.
void define_model(Model model, bool replace);

// Drops the model and what was built from it. Raises 2BP01, naming them, while models, tests or products need it, or somebody
// else's object depends on its relation.
void drop_model(const Model &model);

// Renames the model and its relation, which keeps its identity. Bodies and singular tests that name it are rewritten where they
// do. Raises 42710 (the name is taken), 2BP01 (a test names it in an argument or a unit test in its rows).
void rename_model(const Model &model, const std::string &name);

// Analyzes what reads a source anew, with all that reads it: the source's table is another one now. `source` is
// domain.source.table. Raises 42P16 when a reader would break.
void recompile_source_readers(const std::string &source);

// config.cpp: what the settings must be for the materialization, and which columns they may name once these are known.
void check_config(const Model &model, const std::vector<pg::Column> &columns);

// config.cpp: the settings that a model's config can have, sorted; "meta" holds whatever its owner likes.
const std::vector<std::string> &known_config();

// config.cpp: says which settings are none: a WARNING with a hint at the one that was meant, or else a NOTICE.
void report_unknown_config(const Model &model);

// Models of a domain have other columns now: what other domains read of them is analyzed anew, with all that reads that. Raises 42P16 when a
// reader would break, naming it.
void recompile_readers_elsewhere(const std::string &domain, const std::vector<std::string> &models);

// What a model of a project is now, and what it was.
struct Definition {
    Model model;
    std::optional<Model> old;
};

// For a project's models, which are analyzed together: gives the model its place as the registry keeps it, a schema of the domain's; registers
// what models are, each pending until its body is known, or introduces those that are new and no seeds to `store`; forgets one. What was built
// stays. Raises 42710 where two would build one relation, or the schema cannot become the domain's (42710, 42501).
void settle_definition(const Domain &domain, Model &model);
void store_definitions(const Domain &domain, const std::vector<Definition> &definitions, CompiledStore *store);
void forget_model(const Model &model);

// The columns of model_registry that say what a model is, as they are got from their texts, and those texts.
extern const char *const kDefinitionColumns, *const kDefinitionValues;
std::vector<std::string> definition_row(const Model &model);

// rename.cpp: the body with each reference to `model` replaced by one to `name` in its domain.
std::string rename_in_body(Mesh &mesh, const Model &reader, const Model &model, const std::string &name);

// rename.cpp: moves what was built from `old` to the place of `next`; it keeps its identity. Nothing to do when nothing was built.
void relocate(const Domain &domain, const Model &old, const Model &next);

}  // namespace mesh::engine
