#include "engine/statement.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/text.h"
#include "engine/model_contract.h"
#include "engine/reshape.h"
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

static bool takes_away(const std::string &tag) {
    return tag == "DROP INDEX" || tag == "DROP POLICY" || tag == "DROP RULE" || tag == "DROP TRIGGER";
}

static pg::ScriptName table_of_index(const pg::ScriptName &index) {
    pg::Result found = pg::query("select n.nspname, t.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                                 " join pg_catalog.pg_index i on i.indexrelid = c.oid join pg_catalog.pg_class t on t.oid = i.indrelid where n.nspname = $1 and c.relname = $2",
                                 {index.schema, index.name});
    pg::ScriptName out;
    if (found.empty()) return out;
    out.schema = found.rows[0][0].value();
    out.name = found.rows[0][1].value();
    return out;
}

// Those relations that are staged beside their places: what the statement is about, and what it names.
static std::vector<const Staged *> staged_beside(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage) {
    std::vector<pg::ScriptName> names = statement.names;
    if (statement.tag == "COMMENT" || takes_away(statement.tag)) names.push_back(statement.about);
    if (statement.tag == "DROP INDEX") names.back() = table_of_index(statement.about);
    std::vector<const Staged *> out;
    for (const pg::ScriptName &name : names)
        if (const Staged *found = staged_at(mesh, stage, name.schema, name.name); found != nullptr && !found->at_target) out.push_back(found);
    return out;
}

static bool defines(const std::string &tag) {
    if (takes_away(tag)) return true;
    static const std::set<std::string> tags = {"ALTER MATERIALIZED VIEW", "ALTER POLICY", "ALTER RULE", "ALTER TABLE", "ALTER TRIGGER", "ALTER VIEW", "COMMENT", "CREATE INDEX", "CREATE POLICY", "CREATE RULE", "CREATE STATISTICS", "CREATE TRIGGER", "GRANT", "REVOKE"};
    return tags.count(tag) > 0;
}

// A grant does not reach what has not its place yet, and what other models' settings say of grants comes with their publish: it is given now, and
// once more when the model is published, as those before it are by then.
static void say_again(const pg::ScriptStatement &statement, Mesh &mesh, const Stage *stage, Staged *own) {
    if (own == nullptr || (statement.tag != "GRANT" && statement.tag != "REVOKE")) return;
    const auto is_own = [&](const pg::ScriptName &name) { return staged_at(mesh, stage, name.schema, name.name) == own; };
    if (std::ranges::none_of(statement.names, is_own)) own->after.push_back(statement.text);
}

static bool tell_of_loss(const pg::ScriptStatement &statement, const Staged &other) {
    pg::warning(statement.tag + " on " + other.model.id() + " does not outlast the run, which builds that anew", "", "Let a hook of " + other.model.id() + " do it.");
    return false;
}

bool refers_to_staged(Mesh &mesh, const Model &model, const Stage &stage) {
    if (relkind_for(model.materialized) != "r") return false;
    const std::string alter = "alter table " + target_name(mesh.domain(model.domain), model) + " ";
    return std::ranges::any_of(missing_constraints(model, InvalidOid), [&](const std::string &action) {
        const pg::ScriptName referred = pg::parse_script(alter + action).front().about;
        const Staged *found = staged_at(mesh, &stage, referred.schema, referred.name);
        return found != nullptr && !found->at_target;
    });
}

bool keep_for_publish(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, Staged *own) {
    if (statement.kind != pg::ScriptStatement::Kind::utility) return false;
    const std::vector<const Staged *> beside = staged_beside(mesh, statement, stage);
    if (own != nullptr && std::ranges::find(beside, own) != beside.end()) {
        if (reshapes(statement, *own)) return false;
        own->after.push_back(statement.text);
        return true;
    }
    if (!defines(statement.tag)) return false;
    // What is given its name by the publish has all that is defined on it; but a comment or DROP cannot be made to name it now.
    auto other = std::ranges::find_if(beside, [&](const Staged *s) { return s->how != Publish::rename || statement.names.empty(); });
    if (other == beside.end()) {
        say_again(statement, mesh, stage, own);
        return false;
    }
    if (own == nullptr) return tell_of_loss(statement, **other);
    if (reshapes_other(statement, **other, *own)) return false;
    own->on_others.push_back({(*other)->model.id(), statement.text});
    return true;
}

// Those whose rows or columns the statement may change.
static void note_written(Mesh &mesh, const pg::ScriptStatement &statement, const Stage *stage, Staged &own) {
    const bool is_shaping = statement.columns != pg::ScriptStatement::Columns::stay;
    if (!is_shaping && statement.kind != pg::ScriptStatement::Kind::change && statement.tag != "TRUNCATE TABLE" && statement.tag != "COPY") return;
    for (const pg::ScriptName &name : statement.names)
        if (const Staged *written = staged_at(mesh, stage, name.schema, name.name)) own.wrote_to.insert(written->model.id());
}

pg::Result run_asked(Mesh &mesh, const Domain &domain, const pg::ScriptStatement &statement, const Stage *stage, Staged *own) {
    const auto is_own = [&](const pg::ScriptName &name) { return staged_at(mesh, stage, name.schema, name.name) == own; };
    const bool is_reshaped = own != nullptr && std::ranges::any_of(statement.names, is_own) && reshapes(statement, *own);
    if (is_reshaped) before_reshape(*own, statement);
    const std::string sql = over_stage(mesh, stage, statement);
    pg::Result out = as_session_owner(domain, [&] { return run_statement(statement.kind, sql); });
    if (is_reshaped) after_reshape(*own);
    if (own != nullptr) note_written(mesh, statement, stage, *own);
    return out;
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
