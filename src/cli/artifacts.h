// What dbt leaves in target/.
#pragma once

#include <future>
#include <map>

#include "cli/session.h"
#include "cli/step.h"
#include "cli/manifest.h"
#include "core/project/artifacts.h"

namespace mesh::cli {

// What an artifact of this call begins with: when, which call, and what DBT_ENV_CUSTOM_ENV_* says.
core::project::ArtifactMetadata metadata(const Session &session);

// run_results.json of a command that did these, in its place when it is whole.
void write_run_results(const Session &session, const std::vector<Step> &steps);

// The SQL of steps in target/compiled/<package>/<file>, and in target/run/... where it was executed.
class CompiledFiles {
public:
    // The arguments must outlive it.
    CompiledFiles(const Session &session, const NodeCatalog &catalog, bool executed) : session_(session), catalog_(catalog), executed_(executed) {}

    // Of a step that a run has finished, while it goes on. Raises 58030 where the file cannot be written.
    void write(const Step &step);
    // Of all that was not written yet, while the caller goes on. It and the steps must outlive what is returned, whose get() raises what went wrong.
    std::vector<std::future<void>> write_rest(const std::vector<Step> &steps) const;

private:
    bool is_written(const Step &step) const;
    void write_below(const std::string &folder, const Step &step) const;

    const Session &session_;
    const NodeCatalog &catalog_;
    const bool executed_;
    std::map<std::string, std::size_t> written_;  // digests of SQL, by unique id
};

// Puts the SQL of these steps into target/manifest.json, and where it was written. `references`: the relations of what their foreign keys refer to.
void add_compiled(const Session &session, const std::vector<Step> &steps, const NodeCatalog &catalog, const std::map<std::string, std::string> &references, bool executed);

// The message of an error as dbt words it, and where the step's SQL was written.
void tell_as_dbt(const Session &session, Step &step, const NodeInfo &node);

// The folders of asset-paths as they are now, in target/.
void copy_assets(const Session &session);

// docs generate --static: dbt's page with the manifest and the catalog in it. The page is dbt's: it is taken from target/index.html, where dbt or somebody
// has put it, and its absence is warned of.
void write_static_page(const Session &session);

// sources.json from the rows of source freshness.
void write_sources(Session &session, const std::vector<Step> &steps, const Json &times, double elapsed);

}  // namespace mesh::cli
