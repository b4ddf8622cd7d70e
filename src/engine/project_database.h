// The database as a project's templates see it: with the owner's rights, on the run's snapshot, and with what the run has
// staged in the place of what is published.
#pragma once

#include "core/project/database.h"
#include "engine/build.h"

namespace mesh::engine {

// What a template says by print() or log(): a NOTICE, or else a message of level debug1.
void say(const std::string &text, bool to_user);

class ProjectDatabase : public core::project::Database {
public:
    // `stage` may be nullptr: nothing is staged. All must outlive it.
    ProjectDatabase(Mesh &mesh, std::string domain, const Stage *stage) : mesh_(mesh), domain_(std::move(domain)), stage_(stage) {}

    // While it lives: keeps what is executed, statement by statement (nullptr: it does not); and what defines something on a staged relation, while
    // that is beside its place, waits in `own` (nullptr: of whom it was before), see keep_for_publish().
    class Watch {
    public:
        Watch(ProjectDatabase &database, std::vector<std::string> *statements, Staged *own = nullptr) : database_(database), recorded_(database.recorded_), own_(database.own_) {
            database.recorded_ = statements;
            if (own != nullptr) database.own_ = own;
        }
        ~Watch() {
            database_.recorded_ = recorded_;
            database_.own_ = own_;
        }
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;

    private:
        ProjectDatabase &database_;
        std::vector<std::string> *recorded_;
        Staged *own_;
    };

    // While nothing is run, templates may ask and not change: a statement that writes raises 25006. What they say was said when the project was read,
    // and will be when they are run.
    void set_read_only() { read_only_ = true; }

    core::project::QueryResult execute(const std::string &sql) override;
    std::vector<core::project::DatabaseColumn> describe(const std::string &sql) override;
    std::optional<core::project::RelationInfo> find_relation(const std::string &schema, const std::string &identifier) override;
    bool has_function(const std::string &schema, const std::string &name) override;
    std::vector<core::project::RelationInfo> list_relations(const std::string &schema) override;
    std::vector<core::project::DatabaseColumn> columns(const std::string &schema, const std::string &identifier) override;
    bool schema_exists(const std::string &schema) override;
    std::vector<std::string> list_schemas() override;
    void log(const std::string &text, bool to_user) override;
    void warn(const std::string &text) override;

private:
    const Staged *staged(const std::string &schema, const std::string &identifier) const;

    Mesh &mesh_;
    std::string domain_;
    const Stage *stage_;
    bool read_only_ = false;
    std::vector<std::string> *recorded_ = nullptr;
    Staged *own_ = nullptr;
};

// A column as information_schema describes it, from its name and type.
core::project::DatabaseColumn database_column(const pg::Column &column);

}  // namespace mesh::engine
