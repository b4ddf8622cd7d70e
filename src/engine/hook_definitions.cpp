// What post-hooks define on a relation that dbt makes anew with each run: here it is the same one, and has what they defined the last time.
#include <algorithm>

#include "engine/hooks.h"
#include "engine/statement.h"
#include "engine/target.h"
#include "engine/undone.h"
#include "pg/lock.h"
#include "pg/relation.h"

namespace mesh::engine {

namespace {

using Things = std::multiset<std::string>;

// What a statement may add to a relation: by its definition where the name may be one that the server chose.
Things things_of(Oid relation) {
    Things out;
    for (const std::string &index : pg::index_definitions(relation)) out.insert("index " + index);
    pg::Result rows = pg::query("select 'column ' || pg_catalog.quote_ident(attname) || ' ' || pg_catalog.format_type(atttypid, atttypmod) from pg_catalog.pg_attribute"
                                " where attrelid = $1::oid and attnum > 0 and not attisdropped"
                                " union all select 'constraint ' || pg_catalog.pg_get_constraintdef(oid) from pg_catalog.pg_constraint where conrelid = $1::oid and contype in ('c', 'p', 'u', 'f', 'x')"
                                " union all select 'trigger ' || pg_catalog.quote_ident(tgname) from pg_catalog.pg_trigger where tgrelid = $1::oid and not tgisinternal"
                                " union all select 'policy ' || pg_catalog.quote_ident(polname) from pg_catalog.pg_policy where polrelid = $1::oid",
                                {std::to_string(relation)});
    for (const pg::Row &row : rows.rows) out.insert(row[0].value());
    return out;
}

bool adds(const std::string &statement) {
    static const std::set<std::string> tags = {"CREATE INDEX", "ALTER TABLE", "CREATE TRIGGER", "CREATE POLICY"};
    return tags.count(pg::parse_script(statement).front().tag) > 0;
}

// Tries the waiting statements, one after the other, on an empty table of the model's columns.
class Trial {
public:
    explicit Trial(const Staged &own) : own_(own), target_(target_name(*own.domain, own.model)), there_(things_of(own.target.oid)) {
        std::string schema = target_schema(*own.domain, own.model), name = "mesh_stage_hooks_" + std::to_string(own.stage_oid);
        table_ = pg::qualified(schema, name);
        pg::execute("create table " + table_ + " (" + column_definitions(own.columns) + ")");
        oid_ = pg::relation_oid(schema, name);
        has_ = things_of(oid_);
    }

    // Those that the target does not know already. One that fails here is told of at the publish.
    std::vector<std::string> left() {
        for (const std::string &statement : own_.after) {
            Things before = has_;
            ErrorData *error = pg::try_in_subtransaction([&] {
                pg::LimitedWaits waits;
                pg::execute(on_table(statement));
                waits.end();
                has_ = things_of(oid_);
            });
            if (error != nullptr) has_ = before;
            keep(statement, before);
        }
        return left_;
    }

private:
    std::string on_table(const std::string &text) const {
        pg::ScriptStatement statement = pg::parse_script(text).front();
        std::vector<std::string> names;
        for (const pg::ScriptName &name : statement.names)
            names.push_back(name.schema == target_schema(*own_.domain, own_.model) && name.name == target_identifier(own_.model) ? table_ : "");
        return pg::replace_names(statement, names);
    }

    // What has no definition to compare, a trigger or a policy, is made again.
    void keep(const std::string &statement, const Things &before) {
        Things fresh;
        std::ranges::set_difference(has_, before, std::inserter(fresh, fresh.end()));
        auto is_there = [&](const std::string &thing) { return has_.count(thing) <= there_.count(thing); };  // as often, with what came before
        bool is_known = !fresh.empty() && std::ranges::includes(has_, before) && std::ranges::all_of(fresh, is_there);
        bool again = false;
        for (const std::string &thing : fresh)
            if (is_known && (thing.starts_with("trigger ") || thing.starts_with("policy "))) {
                left_.push_back("drop " + thing + " on " + target_);
                again = true;
            }
        if (!is_known || again) left_.push_back(statement);
    }

    const Staged &own_;
    const std::string target_;
    const Things there_;  // what the target has
    std::string table_;
    Oid oid_ = InvalidOid;
    Things has_;  // the table
    std::vector<std::string> left_;
};

}  // namespace

void leave_out_defined(Staged &own) {
    bool is_anew = own.target.exists() && !own.recreate && (own.how == Publish::swap || own.how == Publish::rows);
    if (!is_anew || std::ranges::none_of(own.after, adds)) return;
    own.after = pg::as_role(owner_of(*own.domain), own.domain->search_path(), [&] {
        return undone([&] {
            pg::query("select pg_catalog.set_config('client_min_messages', 'error', true)");
            return Trial(own).left();
        });
    });
}

}  // namespace mesh::engine
