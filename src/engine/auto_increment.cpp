#include "engine/auto_increment.h"

#include <algorithm>

#include "engine/changed_keys.h"
#include "pg/lock.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

namespace {

// What mesh.increment_registry says of a model.
struct Known {
    Value reason, query, storage;
    std::optional<Position> position;
    std::map<std::string, FollowedInput> inputs;  // by relation and columns
};

std::string join(const std::vector<std::string> &names) {
    std::string out;
    for (const std::string &name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

std::string key_of(const std::string &relation, const std::string &columns) {
    return relation + " (" + columns + ")";
}

std::string relation_of(const pg::KeyedInput &input) {
    return pg::qualified(input.schema, input.name);
}

std::string key_of(const pg::KeyedInput &input) {
    return key_of(relation_of(input), join(input.columns));
}

std::optional<Known> load(const Model &model) {
    pg::Result rows = registry("select reason, query, storage, inputs, position, own_xid, own_command from mesh.increment_registry where domain = $1 and model = $2", {model.domain, model.name});
    if (rows.empty()) return std::nullopt;
    const pg::Row &row = rows.rows[0];
    Known out{row[0], row[1], row[2], {}, {}};
    if (row[4]) out.position = {*row[4], row[5].value(), row[6].value()};
    for (const Json &input : Json::parse(row[3].value())) {
        FollowedInput one{input["log"], input["state"], input["relation"], input["columns"]};
        out.inputs[key_of(one.relation, one.columns)] = one;
    }
    return out;
}

void move(const Model &model, const Position &position) {
    registry("update mesh.increment_registry set position = $3, own_xid = $4, own_command = $5::int8 where domain = $1 and model = $2",
             {model.domain, model.name, position.snapshot, position.xid, position.command});
}

void store(const Model &model, const Known &known) {
    Json inputs = Json::array();
    for (const auto &[key, input] : known.inputs)
        inputs.push_back({{"log", input.log}, {"state", input.state}, {"relation", input.relation}, {"columns", input.columns}});
    registry("insert into mesh.increment_registry (domain, model, reason, query, storage, inputs) values ($1, $2, $3, $4, $5, $6::jsonb)"
             " on conflict (domain, model) do update set reason = excluded.reason, query = excluded.query, storage = excluded.storage, inputs = excluded.inputs, position = null",
             {model.domain, model.name, known.reason, known.query, known.storage, inputs.dump()});
    if (known.position) move(model, *known.position);
}

std::vector<std::string> wanted_key(const Model &model) {
    std::vector<std::string> out;
    auto key = model.config.find("unique_key");
    if (key == model.config.end()) return out;
    if (key->is_string() && !key->get<std::string>().empty()) out.push_back(*key);
    if (key->is_array())
        for (const Json &column : *key) out.push_back(column);
    return out;
}

Value digest(const std::string &text) {
    return pg::query_value("select pg_catalog.md5($1)", {text});
}

std::string storage_of(Oid relation) {
    return pg::query_value("select relfilenode from pg_catalog.pg_class where oid = $1::oid", {std::to_string(relation)}).value_or("");
}

const char *const kUnseen = "changes may have passed unseen: the definition, the storage or the triggers changed of ";

// For the run's snapshot, and now that the table is locked against another session's publish: its contents can be newer than the snapshot.
bool is_as_it_was(const pg::KeyedInput &input, const FollowedInput &followed) {
    return followed.state == log_state(input.relation, followed.log, false) && followed.state == log_state(input.relation, followed.log, true) &&
           storage_of(input.relation) == input.storage;
}

// Why the rows that are there are no ground to build on; empty: they are.
std::string why_not_from(const Known &known, const Staged &staged, const pg::KeyedQuery &query) {
    if (!query.why_not.empty()) return query.why_not;
    if (known.reason) return *known.reason;
    if (!known.position) return "its rows are older than the logs of what it reads";
    if (known.query != digest(query.fingerprint)) return "its definition, or that of a view or function in it, changed";
    if (known.storage != storage_of(staged.target.oid)) return "the rows of its table were replaced";
    for (const pg::KeyedInput &input : query.inputs) {
        auto followed = known.inputs.find(key_of(input));
        if (followed == known.inputs.end()) return kUnseen + relation_of(input);
        if (!is_as_it_was(input, followed->second)) return find_log(input) == followed->second.log && read_log(followed->second.log, 0, *known.position).whole
                                                               ? "all of " + relation_of(input) + " changed"
                                                               : kUnseen + relation_of(input);
        if (has_hole(followed->second.log, *known.position)) return "changes of " + relation_of(input) + " are logged no more that it has not seen";
    }
    return "";
}

// What changed in each input; or why everything may have.
std::string find_changes(const Known &known, const pg::KeyedQuery &query, std::vector<KeyChange> &out) {
    std::map<std::string, LoggedKeys> logs;
    for (const pg::KeyedInput &input : query.inputs) {
        const FollowedInput &followed = known.inputs.at(key_of(input));
        auto [found, fresh] = logs.try_emplace(followed.log);
        if (fresh) found->second = read_log(followed.log, input.columns.size(), *known.position);
        if (found->second.whole) return "all of " + relation_of(input) + " changed";
        if (!found->second.is_read()) return std::to_string(found->second.count) + " keys of " + relation_of(input) + " changed";
        if (found->second.count > 0) out.push_back({&input, found->second});
    }
    return "";
}

// Its rows are looked up by key at each run. Long values do not fit into an index: those columns stay out of it.
void add_key_indexes(Staged &staged, const pg::KeyedQuery &query) {
    std::vector<std::string> held = configured_indexes(staged.model);
    if (staged.target.kind == "r") std::ranges::copy(pg::index_definitions(staged.target.oid), std::back_inserter(held));
    for (const pg::KeyedInput &input : query.inputs) {
        std::string columns;
        for (const pg::KeyPart &part : input.parts)
            if (part.is_short) columns += (columns.empty() ? "(" : ", ") + pg::quote_ident(part.column);
        auto serves = [&](const std::string &index) { return index.find(columns + ")") != std::string::npos || index.find(columns + ",") != std::string::npos; };
        if (columns.empty() || std::ranges::any_of(held, serves)) continue;
        staged.key_indexes.push_back("using btree " + columns + ")");
        held.push_back(staged.key_indexes.back());
    }
}

// The log of an input. What was written to it between the run's snapshot and now was not logged when the log is new, unless the run itself
// has just replaced the table's rows.
std::string follow(const Domain &domain, const pg::KeyedInput &input, const std::set<std::string> *replaced, Known &known) {
    std::string log = find_log(input), why;
    bool fresh = log.empty();
    if (fresh) {
        ErrorData *error = pg::try_in_subtransaction([&] { log = provide_log(domain, input, replaced == nullptr ? Patience::some : Patience::none); });
        if (error != nullptr) return error->message == nullptr ? "unknown error" : error->message;
    }
    std::string state = log_state(input.relation, log, true);
    known.inputs[key_of(input)] = {log, state, relation_of(input), join(input.columns)};
    if (replaced == nullptr) return "";
    if (fresh && !replaced->count(relation_of(input))) return "changes of " + relation_of(input) + " are logged since its last run only";
    if (!fresh && state != log_state(input.relation, log, false)) return kUnseen + relation_of(input);
    return "";
}

void add_reason_to(Known &known, const std::string &reason) {
    if (!reason.empty() && !known.reason) known.reason = reason;
}

pg::KeyedQuery prove(const Domain &domain, const Model &model, const std::string &sql) {
    return pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::keyed_query(sql, wanted_key(model)); });
}

void trim(const Known &known) {
    for (const auto &[key, input] : known.inputs) trim_log(input.log);
}

// The rows are of a full build.
Known known_of_full(const Staged &staged, const std::set<std::string> &replaced) {
    Known known;
    pg::KeyedQuery query = prove(*staged.domain, staged.model, staged.final_sql);
    if (!query.why_not.empty()) {
        known.reason = query.why_not;
        return known;
    }
    known.query = digest(query.fingerprint);
    known.storage = storage_of(pg::relation_oid(target_schema(*staged.domain, staged.model), target_identifier(staged.model)));
    if (query.storages != staged.followed->storages) add_reason_to(known, "a table that it reads was rewritten while it was built");
    bool &later = staged.followed->later;  // once is enough: the next run has what it needs
    for (const pg::KeyedInput &input : query.inputs) {
        std::string why = follow(*staged.domain, input, &replaced, known);
        bool missing = !known.inputs.count(key_of(input));
        later = later || (!why.empty() && !missing);
        if (missing) add_reason_to(known, why);
    }
    if (known.reason) later = false;
    else if (!later) known.position = staged.followed->position;
    return known;
}

// Empty when it did.
std::string rebuild_by_keys(Staged &staged, const std::string &sql, const pg::KeyedQuery &query) {
    std::optional<Known> known = load(staged.model);
    if (!known) return "nothing is known of what changed since its last run";
    if (std::string why = why_not_from(*known, staged, query); !why.empty()) return why;
    std::vector<KeyChange> changes;
    if (std::string why = find_changes(*known, query, changes); !why.empty()) return why;
    return apply_changes(staged, sql, changes);
}

}  // namespace

std::string rebuild_changed_keys(Staged &staged, const std::string &sql, const std::string &full) {
    pg::KeyedQuery query = pg::keyed_query(sql, wanted_key(staged.model));
    staged.followed = std::make_shared<Followed>(Followed{current_position(), query.storages});
    staged.followed->has_keys = query.why_not.empty();
    std::string why = full.empty() ? rebuild_by_keys(staged, sql, query) : full;
    staged.followed->by_keys = why.empty();
    if (!why.empty() && query.why_not.empty()) add_key_indexes(staged, query);
    return why;
}

void keep_increment(const Staged &staged, const std::set<std::string> &replaced) {
    if (!keeps_itself(staged.model) || !staged.followed) return;
    if (staged.followed->by_keys) {
        move(staged.model, staged.followed->position);
        return trim(load(staged.model).value());
    }
    std::optional<Known> before = load(staged.model);
    Known known = known_of_full(staged, replaced);
    store(staged.model, known);
    if (known.position) trim(known);
    if (before && before->inputs.size() + known.inputs.size() > 0) drop_unread_logs(Patience::none);
}

void define_increment(Mesh &mesh, const Model &model, const Compiled &compiled) {
    if (!keeps_itself(model)) return forget_increment(model);
    const Domain &domain = mesh.domain(model.domain);
    pg::KeyedQuery query;
    Known known;
    ErrorData *error = compiled.pending_on.empty() ? pg::try_in_subtransaction([&] { query = prove(domain, model, definition_of(mesh, model, compiled)); }) : nullptr;
    bool unbuilt = error != nullptr || !compiled.pending_on.empty();  // what it reads is not there yet: its first run looks again
    add_reason_to(known, query.why_not);
    if (!unbuilt && !known.reason)
        for (const pg::KeyedInput &input : query.inputs) add_reason_to(known, follow(domain, input, nullptr, known));
    if (known.reason) pg::notice("model \"" + model.id() + "\" is built in full at each run", "Its keys cannot be followed: " + *known.reason + ".");
    store(model, known);
    drop_unread_logs(Patience::some);
}

void forget_increment(const Model &model) {
    registry("delete from mesh.increment_registry where domain = $1 and model = $2", {model.domain, model.name});
    drop_unread_logs(Patience::some);
}

std::string why_in_full(const Model &model, const std::string &final_sql) {
    std::optional<Known> known = load(model);
    if (!known) return "nothing is known of what changed since its last run";
    if (known->reason) return *known->reason;
    if (!known->position) return "its rows are older than the logs of what it reads";
    if (model.built_sql != final_sql) return "definition changed";
    for (const auto &[key, input] : known->inputs) {
        Value oid = registry_value("select pg_catalog.to_regclass($1)::oid", {input.relation});
        if (!oid || log_state(static_cast<Oid>(std::stoul(*oid)), input.log, true) != input.state) return kUnseen + input.relation;
    }
    return "";
}

}  // namespace mesh::engine
