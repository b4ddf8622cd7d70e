// dbt's options, as mesh.invoke is given them, and what they mean to a run.
#pragma once

#include "core/project/select.h"
#include "engine/run.h"

namespace mesh::engine {

// An option by dbt's name; nothing when it was not given.
const project::Json *option(const project::Json &options, const char *name);

// Its value, or what is meant when it was not given: `otherwise`, or an empty one. Words may be given as one text. Raise 22023 for a value of
// another type.
bool flag(const project::Json &options, const char *name, bool otherwise = false);
std::string text(const project::Json &options, const char *name);
std::vector<std::string> words(const project::Json &options, const char *name);
project::Json object(const project::Json &options, const char *name);

// Options "event_time_start", "event_time_end", and "batches", batch_results of a run before by unique id: {"model.x.y": {"successful": [[start, end], ...], "failed": [...]}}.
// Raises 22023 for one end of a range without the other, an empty range, or what is no time.
BatchOptions batch_options(const project::Json &options);

// Is a test's warning an error: "warn_error", or "warn_error_options" ({"error": "all" or names of dbt's events, "warn": [names]})?
bool is_error(const project::Json &options, const std::string &event);

// The manifest given as "state", an object or its text; nothing when there is none. Raises 22023 when it is no manifest.
std::optional<project::Manifest> state_of(const project::Json &options);

// What "defer", "favor_state" and the state say. Raises 22023 for defer without a state.
project::Deferral deferral_of(const project::Json &options, const project::Manifest &manifest, const std::optional<project::Manifest> &state);

}  // namespace mesh::engine
