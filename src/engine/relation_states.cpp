#include "engine/relation_states.h"

#include <algorithm>

#include "core/digest.h"
#include "core/plan/settings_only.h"
#include "pg/relation.h"
#include "pg/storage.h"

namespace mesh::engine {

using planning::RelationState;
using planning::Rows;

namespace {

const char *const kNoTrace = "it is unlogged, and was written to";
constexpr uint32_t kManyPages = 1000;  // to be read in each run, until a newer state is remembered

void add_count(RelationState &out, const std::optional<pg::Counted> &counted, bool is_logged) {
    if (counted) {
        out.rows = counted->rows;
        out.horizon = counted->horizon;
        out.writers = counted->writers;
    } else if (!is_logged) {
        out.unknown = kNoTrace;
    }
}

std::string setting_text(const char *name) {
    struct Plain {
        const char *text;
    };
    Plain found = pg::call([name] { return Plain{GetConfigOption(name, true, false)}; });
    return found.text == nullptr ? "" : found.text;
}

std::string settings_text() {
    std::string out;
    for (const char *name : planning::kResultSettings) out += std::string(name) + "=" + setting_text(name) + "\n";
    return out;
}

// All of them: one may call another. Those of the mesh itself change with its version only.
std::string functions_text() {
    return registry_value(
               "select pg_catalog.md5(pg_catalog.string_agg(f, ' ' order by f)) from (select pg_catalog.concat_ws(',', p.oid, pronamespace, proname, proowner, proargtypes, prorettype, provolatile,"
               " proisstrict, prolang, prosrc, probin, prosqlbody, proconfig) as f from pg_catalog.pg_proc p where p.oid >= 16384"
               " and pronamespace <> (select oid from pg_catalog.pg_namespace where nspname = 'mesh') and pronamespace not in (select oid from pg_catalog.pg_namespace where nspname like 'pg\\_temp%')"
               " union all select pg_catalog.concat_ws(',', a.*) from pg_catalog.pg_aggregate a where aggfnoid >= 16384) u")
        .value_or("");
}

}  // namespace

void Reading::add_dependency(char what) {
    if (depends.find(what) == std::string::npos) depends += what;
}

Rows RelationStates::look(const RelationState &then) {
    if (others_wrote_) return look_now(then);
    std::string key = then.schema + '\t' + then.name + '\t' + then.identity + then.shape + ' ' + std::to_string(then.log) + ' ' + std::to_string(then.rows.value_or(0)) + ' ' + std::to_string(then.horizon);
    auto [known, fresh] = looks_.try_emplace(key, Rows::unknown);
    if (fresh) known->second = look_now(then);
    return known->second;
}

Rows RelationStates::look_now(const RelationState &then) {
    Oid oid = pg::relation_oid(then.schema, then.name);
    if (!OidIsValid(oid)) return Rows::gone;
    pg::Storage now = pg::storage_of(oid, {then.blocks, then.log});
    if (now.kind == '\0') return Rows::gone;
    if (now.locked) return Rows::locked;
    if (!now.unknown.empty()) return Rows::unknown;
    if (now.identity != then.identity) return Rows::replaced;
    bool long_way = now.later > kManyPages;
    if (now.has_rows() && !now.is_untouched) {
        if (!same_count(oid, then)) return Rows::changed;
        long_way = true;
    }
    if (now.shape != then.shape) return Rows::reshaped;
    return long_way ? Rows::same_with_effort : Rows::same;
}

bool RelationStates::same_count(Oid relation, const RelationState &then) {
    if (!then.rows) return false;
    return pg::sees_same_rows(relation, {*then.rows, then.horizon, then.writers});
}

RelationState RelationStates::take(Oid oid, bool counts) {
    RelationState out;
    std::tie(out.schema, out.name) = pg::relation_name(oid);
    pg::Storage now = pg::storage_of(oid);
    parts_[oid] = now.parts;
    out.unknown = now.locked ? "another session was changing it" : now.unknown;
    if (!out.unknown.empty()) return out;
    out.identity = now.identity;
    out.shape = now.shape;
    if (!now.has_rows()) return out;
    out.blocks = now.blocks;
    if (!baseline_.written.count(oid)) out.log = baseline_.log;
    add_count(out, counts || !now.is_logged ? count(oid) : std::nullopt, now.is_logged);
    if (out.log == 0 && !out.rows && out.unknown.empty()) out.unknown = "other transactions were writing to it";
    return out;
}

// Where this transaction has written nothing to it, it does not matter whether its changes count.
std::optional<pg::Counted> RelationStates::count(Oid relation) {
    bool own_changes = is_published(relation) && !others_wrote_;
    auto known = scanned_.find(relation);
    bool is_known = known != scanned_.end() && (own_changes || known->second.writers.empty());
    return lasting(is_known ? known->second : pg::count_rows(relation, own_changes));
}

// What the transaction has written before the run cannot be told from what it writes after it: only the log can. The run itself writes in
// subtransactions, whose ids nobody else has.
std::optional<pg::Counted> RelationStates::lasting(const std::optional<pg::Counted> &counted) const {
    bool may_grow = counted && std::ranges::any_of(counted->writers, [this](uint64_t writer) { return writer < first_; });
    return may_grow ? std::nullopt : counted;
}

RelationState RelationStates::state(Oid relation, bool counts) {
    if (auto found = states_.find(relation); found != states_.end()) return found->second;
    std::map<Oid, RelationState> &states = counts ? states_ : uncounted_;
    auto found = states.find(relation);
    if (found == states.end()) found = states.emplace(relation, take(relation, counts)).first;
    return found->second;
}

RelationState RelationStates::filled(Oid oid, const std::optional<uint64_t> &rows) {
    RelationState out;
    std::tie(out.schema, out.name) = pg::relation_name(oid);
    pg::Storage now = pg::storage_of(oid);
    parts_[oid] = now.parts;
    out.unknown = now.unknown;
    out.identity = now.identity;
    out.shape = now.shape;
    out.blocks = now.blocks;
    out.log = pg::log_position();
    add_count(out, lasting(rows ? pg::count_own(oid, *rows) : pg::count_rows(oid, !others_wrote_)), now.is_logged);
    states_[oid] = out;
    return out;
}

void RelationStates::read(Oid oid, Oid reader, Reading &into) {
    if (!into.seen.insert(oid).second) return;
    pg::call([] {
        CHECK_FOR_INTERRUPTS();
        check_stack_depth();
    });
    RelationState found = state(oid, into.counts);
    if (found.unknown.empty() && !pg::sees_all_rows(oid, reader)) found.unknown = "it has row-level security";
    into.relations.push_back(found);
    for (Oid part : parts_[oid]) read(part, reader, into);
    if (!found.unknown.empty() || pg::storage_of(oid).kind != 'v') return;
    auto [view, fresh] = views_.try_emplace(oid);
    if (fresh) view->second = pg::view_facts(oid);
    const pg::SqlFacts &facts = view->second;
    if (into.never.empty() && !facts.never.empty()) into.never = "it reads view " + found.full_name() + ": " + facts.never;
    if (facts.settings) into.add_dependency('s');
    if (facts.vars) into.add_dependency('v');
    if (facts.functions) into.add_dependency('f');
    for (Oid relation : facts.relations) read(relation, reader, into);
}

const std::string &Circumstances::of(const std::string &depends) {
    auto [found, fresh] = known_.try_emplace(depends);
    if (!fresh) return found->second;
    std::string text;
    for (char what : depends) {
        if (what == 's') text += settings_text();
        if (what == 'v') text += "vars=" + setting_text("mesh.vars") + "\n";
        if (what == 'f') text += "functions=" + functions_text() + "\n";
    }
    if (!text.empty()) found->second = core::md5(text);
    return found->second;
}

}  // namespace mesh::engine
