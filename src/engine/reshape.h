// Hooks that change the columns of their model's relation: what the run's readers find staged has them at once, and the publish gives them to the
// relation.
#pragma once

#include "engine/build.h"
#include "pg/script.h"

namespace mesh::engine {

// Does the statement change the columns of what is staged for `own`, so that it is to be run now, on that?
bool reshapes(const pg::ScriptStatement &statement, const Staged &own);

// The same for what is staged for another model, to which a hook of `own` adds a column, or gives one another type. What it renames or drops there waits.
bool reshapes_other(const pg::ScriptStatement &statement, const Staged &other, const Staged &own);

// To be called before such a statement is run, and after it. What is staged gets first what was to be defined on the columns as they were, when they
// change their names.
void before_reshape(Staged &own, const pg::ScriptStatement &statement);
void after_reshape(Staged &own);

// When all hooks have run: stages what is staged once more, so that the relation can take it over with its columns.
void take_shape(Staged &own, const Stage &stage, BuildOptions options);

// When the model `own` is built: another one gets the columns that hooks of `own` have given to what is staged for it. False when they have not.
bool take_shape_of_other(Staged &other, Staged &own);

}  // namespace mesh::engine
