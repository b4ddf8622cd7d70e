#include "engine/statement.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/text.h"
#include "pg/report.h"

namespace mesh::engine {

const Staged *staged_at(Mesh &mesh, const Stage *stage, const std::string &schema, const std::string &identifier) {
    if (stage == nullptr) return nullptr;
    const Domain *owner = mesh.domain_with_schema(schema);
    const Model *model = owner == nullptr ? nullptr : mesh.find_model_at(*owner, schema, identifier);
    if (model == nullptr) return nullptr;
    auto found = stage->find(model->id());
    return found == stage->end() ? nullptr : &found->second;
}

std::string over_stage(Mesh &mesh, const Stage *stage, const pg::ScriptStatement &statement) {
    std::vector<std::string> names;
    for (const pg::ScriptName &name : statement.names) {
        const Staged *found = staged_at(mesh, stage, name.schema, name.name);
        names.push_back(found == nullptr || found->at_target ? std::string() : found->relation);
    }
    return pg::replace_names(statement, names);
}

bool must_wait(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, const Staged *own) {
    if (own == nullptr || own->at_target || statement.kind != pg::ScriptStatement::Kind::utility) return false;
    if (statement.tag == "COMMENT" && staged_at(mesh, stage, statement.about.schema, statement.about.name) == own) return true;
    return std::any_of(statement.names.begin(), statement.names.end(), [&](const pg::ScriptName &name) { return staged_at(mesh, stage, name.schema, name.name) == own; });
}

// Of comments it is not asked: they are made on what is published, and stay.
static bool defines(const std::string &tag) {
    static const std::set<std::string> tags = {"ALTER MATERIALIZED VIEW", "ALTER TABLE", "ALTER VIEW", "CREATE INDEX", "CREATE POLICY", "CREATE RULE", "CREATE STATISTICS", "CREATE TRIGGER", "GRANT", "REVOKE"};
    return tags.count(tag) > 0;
}

void tell_of_loss(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, Staged *own) {
    if (statement.kind != pg::ScriptStatement::Kind::utility || !defines(statement.tag)) return;
    for (const pg::ScriptName &name : statement.names) {
        const Staged *other = staged_at(mesh, stage, name.schema, name.name);
        if (other == nullptr || other == own || other->at_target || other->how == Publish::nothing || other->how == Publish::rename) continue;
        const std::string what = statement.tag + " on " + other->model.id() + " does not outlast the run, which builds that anew";
        pg::warning(what, "", "Let a hook of " + other->model.id() + " do it.");
        if (own != nullptr) add_reason(own->reason, what);
    }
}

// The next word from `at` on, which moves behind it.
static std::string next_word(const std::string &text, size_t &at) {
    size_t begin = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    at = begin;
    while (at < text.size() && std::isalpha(static_cast<unsigned char>(text[at]))) at++;
    return core::lowered(text.substr(begin, at - begin));
}

// An index that is made or dropped CONCURRENTLY is so without it: nobody else sees what the run makes before it is published. Blanks in its place, as names are
// known by theirs.
static pg::ScriptStatement in_transaction(pg::ScriptStatement statement) {
    size_t at = 0;
    (void)next_word(statement.text, at);  // CREATE or DROP
    std::string word = next_word(statement.text, at);
    if (word == "unique") word = next_word(statement.text, at);
    if (word == "index" && next_word(statement.text, at) == "concurrently") std::fill_n(statement.text.begin() + static_cast<std::ptrdiff_t>(at - 12), 12, ' ');
    return statement;
}

const char *const kVacuumIsLeft = "VACUUM is left to autovacuum: a run is one transaction";

std::optional<pg::ScriptStatement> within_run(const pg::ScriptStatement &statement) {
    using Kind = pg::ScriptStatement::Kind;
    if (statement.kind == Kind::vacuum && !statement.analyze.empty()) return pg::parse_script(statement.analyze).front();
    if (statement.kind == Kind::vacuum || statement.kind == Kind::transaction) return std::nullopt;
    return statement.tag == "CREATE INDEX" || statement.tag == "DROP INDEX" ? in_transaction(statement) : statement;
}

pg::Result run_statement(pg::ScriptStatement::Kind kind, const std::string &sql) {
    return kind == pg::ScriptStatement::Kind::utility ? pg::query(sql) : pg::query_as_of(sql);
}

}  // namespace mesh::engine
