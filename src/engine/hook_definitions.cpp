// What post-hooks define on a relation that dbt makes anew with each run: here it is the same one, and has what they defined the last time.
#include <algorithm>

#include "core/text.h"
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
                                " union all select 'rule ' || pg_catalog.quote_ident(rulename) from pg_catalog.pg_rewrite where ev_class = $1::oid and rulename <> '_RETURN'"
                                " union all select 'policy ' || pg_catalog.quote_ident(polname) from pg_catalog.pg_policy where polrelid = $1::oid",
                                {std::to_string(relation)});
    for (const pg::Row &row : rows.rows) out.insert(row[0].value());
    return out;
}

bool adds(const std::string &statement) {
    static const std::set<std::string> tags = {"CREATE INDEX", "ALTER TABLE", "CREATE TRIGGER", "CREATE POLICY", "CREATE RULE"};
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

    // What is left to do of each: nothing where the target knows already what it defines. One that fails here is told of at the publish.
    std::vector<std::vector<std::string>> left(const std::vector<std::string> &statements) {
        for (const std::string &text : statements) {
            const pg::ScriptStatement statement = pg::parse_script(text).front();
            if (statement.names.empty()) left_.push_back(take_away(statement));
            else left_.push_back(define(statement));
        }
        return left_;
    }

private:
    std::string on_table(const pg::ScriptStatement &statement) const {
        std::vector<std::string> names;
        for (const pg::ScriptName &name : statement.names)
            names.push_back(name.schema == target_schema(*own_.domain, own_.model) && name.name == target_identifier(own_.model) ? table_ : "");
        return pg::replace_names(statement, names);
    }

    // "policy x" of DROP POLICY and CREATE POLICY.
    static std::string part(const pg::ScriptStatement &statement) {
        return core::lowered(statement.tag.substr(statement.tag.find(' ') + 1)) + " " + pg::quote_ident(statement.part);
    }

    // What goes and comes back as it was stays. An index leaves its name free, for that to be seen.
    std::vector<std::string> take_away(const pg::ScriptStatement &statement) {
        if (statement.part.empty()) return {statement.text};
        taken_[part(statement)] = left_.size();
        if (statement.tag != "DROP INDEX" || !OidIsValid(pg::relation_oid(statement.about.schema, statement.about.name))) return {statement.text};
        (void)pg::try_in_subtransaction([&] {
            pg::LimitedWaits waits;
            pg::execute("alter index " + pg::qualified(statement.about.schema, statement.about.name) + " rename to " + pg::quote_ident("mesh_stage_taken_" + std::to_string(left_.size())));
            waits.end();
        });
        return {statement.text};
    }

    std::vector<std::string> define(const pg::ScriptStatement &statement) {
        const Things before = has_;
        ErrorData *error = pg::try_in_subtransaction([&] {
            pg::LimitedWaits waits;
            pg::execute(on_table(statement));
            waits.end();
            has_ = things_of(oid_);
        });
        if (error != nullptr) has_ = before;
        return left_of(statement, before);
    }

    // What has no definition to compare, a trigger or a policy, is made again.
    std::vector<std::string> left_of(const pg::ScriptStatement &statement, const Things &before) {
        Things fresh;
        std::ranges::set_difference(has_, before, std::inserter(fresh, fresh.end()));
        auto is_there = [&](const std::string &thing) { return has_.count(thing) <= there_.count(thing); };  // as often, with what came before
        bool is_known = !fresh.empty() && std::ranges::includes(has_, before) && std::ranges::all_of(fresh, is_there);
        if (!is_known) return {statement.text};
        const auto taken = taken_.find(part(statement));
        if (statement.tag == "CREATE INDEX" && taken != taken_.end() && !statement.part.empty()) left_[taken->second].clear();
        std::vector<std::string> out;
        for (const std::string &thing : fresh)
            if (thing.starts_with("trigger ") || thing.starts_with("policy ") || thing.starts_with("rule ")) out.push_back("drop " + thing + " on " + target_);
        if (out.empty()) return out;
        if (taken != taken_.end()) out.clear();  // it has gone by then
        out.push_back(statement.text);
        return out;
    }

    const Staged &own_;
    const std::string target_;
    const Things there_;  // what the target has
    std::string table_;
    Oid oid_ = InvalidOid;
    Things has_;  // the table
    std::vector<std::vector<std::string>> left_;
    std::map<std::string, size_t> taken_;  // what is taken away, and which statement does it
};

// Would dbt have made the relation anew, and is it the one that it was?
bool is_kept(const Staged &own) {
    return own.target.exists() && !own.recreate && (own.how == Publish::swap || own.how == Publish::rows);
}

template <typename F>
void in_trial(const Staged &own, F &&f) {
    pg::as_role(owner_of(*own.domain), own.domain->search_path(), [&] {
        undone([&] {
            pg::query("select pg_catalog.set_config('client_min_messages', 'error', true)");
            Trial trial(own);
            f(trial);
            return true;
        });
    });
}

// A statement of a hook of `by`, and what is left of it.
struct Waiting {
    Staged *by;
    std::string statement;
    std::vector<std::string> left;
};

// What the hooks of others have to define on it, after what its own have.
void try_on(const Staged &own, std::vector<Waiting> &waiting) {
    if (!is_kept(own) || std::ranges::none_of(waiting, [](const Waiting &w) { return adds(w.statement); })) return;
    in_trial(own, [&](Trial &trial) {
        std::vector<std::string> all = own.defining;
        std::vector<Waiting *> ours;
        for (Waiting &w : waiting)
            if (owner_of(*w.by->domain) == owner_of(*own.domain)) ours.push_back(&w);
        for (const Waiting *w : ours) all.push_back(w->statement);
        const std::vector<std::vector<std::string>> left = trial.left(all);
        for (size_t i = 0; i < ours.size(); i++) ours[i]->left = left[own.defining.size() + i];
    });
}

}  // namespace

void leave_out_defined(Staged &own) {
    own.defining = own.after;
    if (!is_kept(own) || std::ranges::none_of(own.after, adds)) return;
    own.after.clear();
    in_trial(own, [&](Trial &trial) {
        for (const std::vector<std::string> &left : trial.left(own.defining)) std::ranges::copy(left, std::back_inserter(own.after));
    });
}

void leave_out_defined_on_others(Stage &stage, const std::vector<std::string> &built) {
    std::map<std::string, std::vector<Waiting>> waiting;  // by whose relation it is
    for (const std::string &id : built)
        for (const OnOther &statement : stage.at(id).on_others) waiting[statement.model].push_back({&stage.at(id), statement.sql, {statement.sql}});
    if (waiting.empty()) return;
    for (auto &[id, statements] : waiting)
        if (auto own = stage.find(id); own != stage.end()) try_on(own->second, statements);
    for (const std::string &id : built) {
        Staged &by = stage.at(id);
        std::vector<OnOther> left;
        for (const OnOther &statement : by.on_others) {
            std::vector<Waiting> &all = waiting[statement.model];
            auto next = std::ranges::find_if(all, [&](const Waiting &w) { return w.by == &by; });
            for (std::string &sql : next->left) left.push_back({statement.model, std::move(sql)});
            all.erase(next);
        }
        by.on_others = std::move(left);
    }
}

}  // namespace mesh::engine
