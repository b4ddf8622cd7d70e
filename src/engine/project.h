// A domain's dbt project at work: its nodes rendered for a run, or for looking at them.
#pragma once

#include "core/project/invocation.h"
#include "engine/project_database.h"
#include "engine/project_store.h"
#include "engine/render.h"

namespace mesh::engine {

class CompiledStore;

class Project;

struct ProjectOptions {
    project::Json vars = project::Json::object();
    project::Json flags = project::Json::object();  // as templates see them in `flags`
    std::vector<std::string> selected;              // selected_resources
    project::Deferral deferral;
    const Project *loaded = nullptr;                // one that is loaded already: as long as nobody deploys it anew, it is not read again
};

class Project {
public:
    // `stage`: what the run has staged so far, or nullptr. The mesh and the stage must outlive it. Of a manifest that is only a part of the
    // project, the rest is loaded when it is needed.
    Project(Mesh &mesh, const StoredProject &stored, project::Manifest manifest, const Stage *stage, const ProjectOptions &options, bool whole = true);
    Project(Mesh &mesh, const StoredProject &stored, const Stage *stage, const ProjectOptions &options);

    // The session's next Project of this domain, if nobody has deployed it anew, has the manifest as it is and needs not read it.
    void hand_over();

    const std::string &domain() const { return domain_; }
    const project::Manifest &manifest() const { return manifest_; }
    project::Invocation &invocation() { return invocation_; }
    ProjectDatabase &database() { return database_; }
    double started_at() const { return settings_.started_at; }

    // The unique id of a model of the domain, "" for one that the project does not have; and back.
    std::string node_id(const std::string &model) const;
    std::string model_name(const std::string &unique_id) const;

    // The nodes, with all that rendering them asks for, are there.
    void need(std::vector<std::string> unique_ids);

    // The model with its body as it renders now; analyzed anew, and so stored, when that is another one than it was. Raises what rendering
    // and analysis raise.
    const Model &current(const Model &model);

    // The same, also when `anew` demands it, for a store to be written by the caller; nothing when the model is as it was.
    std::optional<Model> render(const Model &model, bool anew, CompiledStore &store);

    // The statements of the project's own incremental strategy, see engine/build.h.
    std::string strategy_sql(const std::string &unique_id, const std::string &schema, const std::string &table, const std::vector<pg::Column> &columns);

    // The node's hooks as SQL, each rendered when its turn comes; those that render to nothing are left out.
    void hooks(const std::string &unique_id, bool before, const RunHook &run);

    // Does the project have a materialization of its own for the model? And running it: its statements change the database directly, unseen
    // by others until the run commits.
    // An incremental model or a snapshot is changed by dbt's own where the project has replaced a macro of it.
    bool materializes(const Model &model);
    Staged materialize(const Model &model, const Target &target);

    // The macro by which the project has replaced one that makes the model's relation; empty: there is none, or the relation goes on as it is. And
    // making it by such macros, beside the model's place.
    std::string makes(const Model &model);
    Made make(const Model &model);

    // Grants and comments by the project's own macros, where it has some, when the relation is staged.
    void decorate(Staged &staged);

    // The models that the node reads by ref(), also those of other domains; and the same as domain.name.
    std::vector<ModelName> refs_of(const std::string &unique_id) const;
    std::vector<std::string> models_read(const std::string &unique_id) const;

    // Nodes of other domains' projects, by unique id.
    const std::map<std::string, ModelName> &external() const { return external_; }

private:
    Project(Mesh &mesh, const StoredProject &stored, std::shared_ptr<project::Manifest> manifest, const Stage *stage, const ProjectOptions &options, bool whole);
    bool is(const StoredProject &stored) const { return domain_ == stored.domain && version_ == stored.version; }
    void load_rest();
    bool has_own(const Model &model);
    bool goes_on(const Model &model);
    bool is_kept(const Staged &staged) const;
    void revoke_as_new(Staged &staged);
    std::string body_over_stage(const std::string &body);
    bool reads_staged(const Model &model) const;
    Staged make_function(const Model &model);
    void add_resources(const Resources &resources);

    Mesh &mesh_;
    std::string domain_, version_;
    std::map<std::string, ModelName> external_;
    std::shared_ptr<project::Manifest> shared_;
    project::Manifest &manifest_;
    bool whole_;
    std::set<std::string> rendered_;  // of a part: the nodes whose needs are there
    project::Settings settings_;
    std::map<std::string, std::string> names_, ids_;
    bool is_otherwise(const Upstream &up) const;

    bool in_run_;
    const Stage *stage_;
    ProjectDatabase database_;
    project::Invocation invocation_;
};

// The projects of a run, each loaded when it is first needed.
class Projects : public Renderer {
public:
    Projects(Mesh &mesh, const Stage *stage, ProjectOptions options) : mesh_(mesh), stage_(stage), options_(std::move(options)) {}

    // nullptr when the domain has none.
    Project *find(const std::string &domain);
    Project &get(const std::string &domain);

    std::string test(const TestDef &test, const Stage &stage) override;
    bool judges(const TestDef &test) override;
    std::string judgement(const TestDef &test, const std::string &failing) override;
    void pre_hooks(const Model &model, const Stage &stage, const RunHook &run) override;
    void post_hooks(const Model &model, const Stage &stage, const RunHook &run) override;

private:
    Mesh &mesh_;
    const Stage *stage_;
    ProjectOptions options_;
    std::map<std::string, std::unique_ptr<Project>> loaded_;
};

}  // namespace mesh::engine
