// Relations that cannot keep their identity: which they are, and what has to be given back to them.
#include <algorithm>

#include "engine/publish.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

// CREATE OR REPLACE VIEW adds columns at the end; everything else needs a new view.
bool replaceable(const std::vector<pg::Column> &old, const std::vector<pg::Column> &next) {
    return old.size() <= next.size() && std::equal(old.begin(), old.end(), next.begin());
}

// Does the view or materialized view `reader` read `relation`?
bool reads(Oid reader, Oid relation) {
    return pg::query_value("select true from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass"
                           " and d.objid = w.oid and d.refclassid = 'pg_catalog.pg_class'::regclass where w.ev_class = $1::oid and d.refobjid = $2::oid limit 1",
                           {std::to_string(reader), std::to_string(relation)})
        .has_value();
}

bool changes_columns(const Staged &s) {
    if (s.recreate) return true;
    if (s.how == Publish::view) return s.target.exists() && (s.target.kind != "v" || !replaceable(pg::relation_columns(s.target.oid), s.columns));
    return false;
}

bool is_view(const Staged &s) {
    return s.target.exists() && (s.target.kind == "v" || s.target.kind == "m");
}

// A materialized view of this run that has to go comes back as one that is made anew.
void recreate(Staged &s, const std::string &why) {
    if (!s.recreate && !why.empty()) add_reason(s.reason, why);
    s.recreate = true;
    if (s.how == Publish::nothing) s.how = Publish::view;
    if (s.how == Publish::swap && s.target.kind == "m") s.how = Publish::matview;
}

std::string dependents(Oid relation, const std::string &among) {
    return pg::query_value("select pg_catalog.string_agg(distinct pg_catalog.format('%s (owner %s)', r.ev_class::regclass, pg_catalog.pg_get_userbyid(c.relowner)), ', ')"
                           " from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid"
                           " join pg_catalog.pg_class c on c.oid = r.ev_class where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1::oid"
                           " and r.ev_class <> $1::oid and not r.ev_class = any($2::oid[])",
                           {std::to_string(relation), among})
        .value_or("");
}

std::string oid_list(const std::set<Oid> &oids) {
    std::string out;
    for (Oid oid : oids)
        if (OidIsValid(oid)) out += (out.empty() ? "" : ",") + std::to_string(oid);
    return "{" + out + "}";
}

// RESTRICT would refuse as well; this says whose they are and what can be done.
void refuse_others(const Staged &s, const std::string &ours) {
    std::string others = dependents(s.target.oid, ours);
    if (!others.empty())
        throw Error("2BP01", "cannot replace \"" + s.model.id() + "\" because other objects depend on it",
                    s.reason + "; what depends on it: " + others + ".",
                    "Drop those first, keep the old columns in place and add new ones at the end, or run the models among them in the same run.")
            .with(core::ErrorKind::database);
}

void refuse_others(const std::vector<Staged *> &staged, std::string &at) {
    std::set<Oid> ours;
    for (const Staged *s : staged) ours.insert({s->recreate ? s->target.oid : InvalidOid, s->stage_oid});
    std::string list = oid_list(ours);
    for (const Staged *s : staged) {
        if (!s->recreate) continue;
        at = s->model.id();
        refuse_others(*s, list);
    }
    at.clear();
}

void recreate_changed(Staged &s) {
    if (changes_columns(s)) recreate(s, s.how == Publish::view && s.target.kind == "v" ? "its columns changed: the view is made anew" : "");
}

}  // namespace

void require_replaceable(const Staged &staged, const std::function<std::set<Oid>()> &run) {
    if (!changes_columns(staged)) return;
    Staged anew = staged;
    recreate_changed(anew);
    refuse_others(anew, oid_list(run()));
}

void find_recreated(const std::vector<Staged *> &staged, std::string &at) {
    bool any = false;
    for (size_t i = 0; i < staged.size(); i++) {
        Staged &s = *staged[i];
        recreate_changed(s);
        if (!s.recreate && s.alter.empty()) continue;
        any = true;
        for (size_t j = i + 1; j < staged.size(); j++) {
            Staged &reader = *staged[j];
            if (!reader.recreate && is_view(reader) && reader.how != Publish::in_place && reads(reader.target.oid, s.target.oid))
                recreate(reader, "it reads " + s.model.id() + ", which is made anew");
        }
    }
    if (any) refuse_others(staged, at);
}

std::vector<std::string> save_decorations(const Staged &staged) {
    std::string oid = std::to_string(staged.target.oid), name = target_name(*staged.domain, staged.model);
    pg::Value lost = pg::query_value(
        "select pg_catalog.string_agg(what, ', ') from (select 'trigger ' || tgname as what from pg_catalog.pg_trigger where tgrelid = $1::oid and not tgisinternal"
        " and tgfoid <> 'mesh.log_changes'::pg_catalog.regproc"
        " union all select 'rule ' || rulename from pg_catalog.pg_rewrite where ev_class = $1::oid and rulename <> '_RETURN'"
        " union all select 'policy ' || polname from pg_catalog.pg_policy where polrelid = $1::oid) s",
        {oid});
    if (lost)
        throw Error("2BP01", "cannot replace \"" + staged.model.id() + "\" because something of it would be lost", "It has " + *lost + ".",
                    "Drop that first and create it again afterwards.")
            .with(core::ErrorKind::database);
    const char *kind = staged.model.materialized == "view" ? "view" : staged.model.materialized == "materialized_view" ? "materialized view" : "table";
    std::vector<std::string> names;
    for (const pg::Column &column : staged.columns) names.push_back(column.name);
    pg::Result rows = pg::query(
        "select pg_catalog.format('grant %s on %s to %s%s', a.privilege_type, $2, case when a.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end,"
        " case when a.is_grantable then ' with grant option' else '' end)"
        " from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a left join pg_catalog.pg_roles r on r.oid = a.grantee"
        " where c.oid = $1::oid and a.grantee <> c.relowner"
        " union all select pg_catalog.format('comment on %s %s is %L', $3, $2, pg_catalog.obj_description($1::oid, 'pg_class'))"
        " where pg_catalog.obj_description($1::oid, 'pg_class') is not null"
        " union all select pg_catalog.format('alter %s %s set (%s)', $3, $2, pg_catalog.array_to_string(reloptions, ', ')) from pg_catalog.pg_class"
        " where oid = $1::oid and reloptions is not null and relkind = $4"
        " union all select pg_catalog.format('comment on column %s.%I is %L', $2, attname, pg_catalog.col_description($1::oid, attnum))"
        " from pg_catalog.pg_attribute where attrelid = $1::oid and attname = any($5::text[]) and pg_catalog.col_description($1::oid, attnum) is not null"
        " union all select pg_catalog.format('grant %s (%I) on %s to %s%s', a.privilege_type, attname, $2, case when a.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end,"
        " case when a.is_grantable then ' with grant option' else '' end)"
        " from pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a left join pg_catalog.pg_roles r on r.oid = a.grantee"
        " where attrelid = $1::oid and attname = any($5::text[])",
        {oid, name, kind, staged.relkind.empty() ? relkind_for(staged.model.materialized) : "", pg::array_literal(names)});  // a macro's own options hold
    std::vector<std::string> out;
    for (const pg::Row &row : rows.rows) out.push_back(row[0].value());
    return out;
}

}  // namespace mesh::engine
