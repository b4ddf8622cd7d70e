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

// The earlier states that were given: "state" to compare with, and "defer_state" to defer to where that is another one.
struct States {
    std::optional<project::Manifest> compared, deferred_to;

    // The one to defer to.
    const std::optional<project::Manifest> &deferred() const { return deferred_to ? deferred_to : compared; }
};

// Each an object or its text. Raises 22023 for what is no manifest.
States states_of(const project::Json &options);

// What selection compares with: the state, and by unique id "state_results" (statuses), "state_sources" and "current_sources" (max_loaded_at,
// empty after an error). `states` must outlive it.
project::PreviousState previous_state(const project::Json &options, const States &states);

// What "defer", "favor_state" and the states say. Raises 22023 for defer without a state.
project::Deferral deferral_of(const project::Json &options, const project::Manifest &manifest, const States &states);

}  // namespace mesh::engine
