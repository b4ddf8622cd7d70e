#include "engine/freshness.h"

#include <algorithm>

#include "core/graph/selector_parse.h"
#include "engine/record.h"
#include "engine/selection.h"
#include "engine/source_name.h"
#include "pg/guc.h"
#include "pg/heap.h"

namespace mesh::engine {

using core::Error;
using core::NodeKind;

namespace {

const char *const kHint = "Write {\"warn_after\": \"12 hours\", \"error_after\": \"1 day\"}, or {\"warn_after\": {\"count\": 12, \"period\": \"hour\"}}.";

std::string interval_text(const std::string &key, const Json &value) {
    if (value.is_string()) return value.get<std::string>();
    static const std::set<std::string> periods = {"minute", "hour", "day"};
    bool as_dbt = value.is_object() && value.size() == 2 && value.contains("count") && value["count"].is_number_unsigned() &&
                  value.contains("period") && value["period"].is_string() && periods.count(value["period"].get<std::string>());
    if (!as_dbt) throw Error("22023", "invalid " + key + ": " + value.dump(), "A period is minute, hour or day.", kHint);
    return value["count"].dump() + " " + value["period"].get<std::string>();
}

Value threshold(const Json &freshness, const char *key) {
    if (!freshness.contains(key) || freshness[key].is_null()) return std::nullopt;
    std::string text = interval_text(key, freshness[key]);
    Value positive;
    ErrorData *error = pg::try_in_subtransaction([&] { positive = pg::query_value("select $1::interval > '0'::interval", {text}); });
    if (error != nullptr) throw Error("22007", std::string("invalid ") + key + ": \"" + text + "\" is not an interval", "", kHint);
    if (positive != "t") throw Error("22023", std::string(key) + " must be longer than nothing", "It is \"" + text + "\".", kHint);
    return text;
}

// Among the columns of the table a name is that column, whatever it looks like; all else is an expression.
std::string loaded_at_sql(const std::string &schema, const std::string &table, const std::string &loaded_at) {
    Value column = pg::query_value(
        "select true from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = $1 and c.relname = $2 and a.attname = $3 and a.attnum > 0 and not a.attisdropped",
        {schema, table, loaded_at});
    std::string newest = column ? pg::quote_ident(loaded_at) : "(" + loaded_at + "\n)";
    return "pg_catalog.max(" + newest + ") as max_loaded_at from " + pg::qualified(schema, table);
}

struct Watched {
    SourceAge age;
    std::string schema;
    Value loaded_at, warn_after, error_after;
    std::string identifier;
};

std::vector<Watched> load_watched(const std::set<std::string> &ids, const std::set<std::string> &domains) {
    pg::Result rows = registry(
        "select domain, source_name, table_name, schema_name, loaded_at, warn_after, error_after, coalesce(identifier, table_name) from mesh.source_registry"
        " where domain || '.' || source_name || '.' || table_name = any($1::text[]) or domain = any($2::text[]) order by 1, 2, 3",
        {pg::array_literal({ids.begin(), ids.end()}), pg::array_literal({domains.begin(), domains.end()})});
    std::vector<Watched> out;
    for (const pg::Row &row : rows.rows)
        out.push_back({{row[0].value(), row[1].value(), row[2].value(), {}, {}, {}, "", ""}, row[3].value(), row[4], row[5], row[6], row[7].value()});
    return out;
}

std::vector<Watched> watched_of_runnable(Mesh &mesh, Oid caller) {
    std::set<std::string> domains;
    for (const auto &[name, domain] : mesh.domains())
        if (may_run(domain, caller)) domains.insert(name);
    std::vector<Watched> out = load_watched({}, domains);
    std::erase_if(out, [](const Watched &w) { return !w.loaded_at; });
    return out;
}

// A domain's name means its sources as well, a model's the sources that it reads.
std::vector<Watched> watched_by(Mesh &mesh, const std::string &selector, Oid caller) {
    Selection selection = select_nodes(mesh, selector, "", caller);
    std::set<std::string> ids, domains;
    auto add_source = [&](const std::string &id) {
        const core::Node *node = selection.graph.find(id);
        if (node->kind == NodeKind::source) ids.insert(node->source_name);
    };
    for (const std::string &id : selection.ids) {
        add_source(id);
        for (const std::string &parent : selection.graph.parents(id)) add_source(parent);
    }
    for (const core::Intersection &part : core::parse_selector(selector))
        if (part.criteria.size() == 1 && part.criteria[0].method.empty() && mesh.find_domain(part.criteria[0].value.text) != nullptr)
            domains.insert(part.criteria[0].value.text);
    for (const std::string &domain : domains) require_run(mesh.domain(domain), caller);
    return load_watched(ids, domains);
}

void judge(Watched &w) {
    pg::Result verdict = pg::query(
        "select coalesce($1::timestamptz < $2::timestamptz - $3::interval, $3 is not null and $1 is null),"
        " coalesce($1::timestamptz < $2::timestamptz - $4::interval, $4 is not null and $1 is null), $2::timestamptz - $1::timestamptz",
        {w.age.max_loaded_at, w.age.snapshotted_at, w.error_after, w.warn_after});
    bool error = verdict.rows[0][0] == "t", warn = verdict.rows[0][1] == "t";
    w.age.age = verdict.rows[0][2];
    w.age.status = error ? "error" : warn ? "warn" : "pass";
    if (!w.age.max_loaded_at) w.age.message = "it has no rows that say when they were loaded";
    else if (error || warn) w.age.message = "the newest row is older than " + std::string(error ? "error_after " : "warn_after ") + (error ? *w.error_after : *w.warn_after);
}

void measure(const Domain &domain, Watched &w) {
    std::string sql = "select max_loaded_at::timestamptz from (select " + loaded_at_sql(w.schema, w.identifier, *w.loaded_at) + ") newest";
    pg::Result rows = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::query(sql); });
    w.age.max_loaded_at = rows.rows.at(0).at(0);
    w.age.snapshotted_at = pg::query_value("select pg_catalog.clock_timestamp()");
}

std::string source_id(const Project &project, const Watched &w) {
    for (const auto &[id, source] : project.manifest().sources)
        if (registered_name(project.manifest(), source) == w.age.source && source.name == w.age.table) return id;
    return "";
}

void measure(Project &project, Watched &w) {
    if (!w.loaded_at)
        throw Error("22004", "Could not compute freshness for source " + w.age.table + ": no 'loaded_at_field' provided and postgres adapter does not support metadata-based freshness checks.");
    const core::project::FreshnessTimes times = project.invocation().freshness(w.age.unique_id);
    pg::Result told = pg::query("select $1::timestamptz, $2::timestamptz", {times.max_loaded_at, times.snapshotted_at});
    w.age.max_loaded_at = told.rows.at(0).at(0);
    w.age.snapshotted_at = told.rows.at(0).at(1);
}

// `project`: that of the domain, of a source that is a project's.
void look(Mesh &mesh, Project *project, Watched &w) {
    const double started_at = clock_seconds();
    ErrorData *error = pg::try_in_subtransaction([&] {
        if (w.age.unique_id.empty()) measure(mesh.domain(w.age.domain), w);
        else measure(*project, w);
        judge(w);
    });
    w.age.seconds = clock_seconds() - started_at;
    if (error == nullptr) return;
    w.age.max_loaded_at = w.age.age = std::nullopt;
    w.age.snapshotted_at = pg::query_value("select pg_catalog.clock_timestamp()");
    w.age.status = "runtime error";
    w.age.message = error->message == nullptr ? "unknown error" : error->message;
    w.age.error_kind = pg::error_kind_name(error);
}

void record(const std::vector<SourceAge> &ages, Oid caller) {
    for (const SourceAge &a : ages)
        registry("insert into mesh.freshness_history values ($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7, $8)",
                 {a.domain, a.source, a.table, a.snapshotted_at, a.max_loaded_at, a.status, a.message.empty() ? Value() : Value(a.message), pg::role_name(caller)});
    if (pg::history_retention_days == 0) return;
    registry("delete from mesh.freshness_history where snapshotted_at < pg_catalog.now() - pg_catalog.make_interval(days => $1::int)",
             {std::to_string(pg::history_retention_days)});
}

void tell_unwatched(const Watched &w) {
    std::string source = w.age.source + "." + w.age.table;
    const char *name = source.c_str();
    pg::call([name] { ereport(NOTICE, (errmsg("source \"%s\" has no loaded_at, its freshness is not known", name))); });
}

}  // namespace

Freshness parse_freshness(const Value &loaded_at, const Value &freshness) {
    Freshness out;
    out.loaded_at = loaded_at;
    if (!freshness) return out;
    Json json = Json::parse(*freshness);
    if (!json.is_object()) throw Error("22023", "freshness must be a JSON object", "", kHint);
    for (const auto &[key, value] : json.items())
        if (key != "warn_after" && key != "error_after") throw Error("22023", "unknown key \"" + key + "\" in freshness", "", kHint);
    out.warn_after = threshold(json, "warn_after");
    out.error_after = threshold(json, "error_after");
    if (!loaded_at && (out.warn_after || out.error_after))
        throw Error("22004", "freshness needs loaded_at", "", "Name the column, or the expression, that says when a row was loaded: loaded_at => 'loaded_at'.");
    return out;
}

void check_loaded_at(const Domain &domain, const std::string &schema, const std::string &table, const std::string &loaded_at) {
    std::string sql = "select " + loaded_at_sql(schema, table, loaded_at);
    std::vector<pg::Column> columns;
    ErrorData *error = pg::try_in_subtransaction([&] {
        (void)pg::parse_body(sql);  // one SELECT and nothing else
        columns = pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::describe(sql); });
    });
    std::string relation = pg::qualified(schema, table);
    if (error != nullptr)
        throw Error("42703", "loaded_at \"" + loaded_at + "\" cannot be computed over " + relation, error->message,
                    "Name one of its date or timestamp columns, or an expression over them.");
    std::string type = shown_type(columns.at(0).type);
    if (columns.size() != 1 || (type.compare(0, 9, "timestamp") != 0 && type != "date"))
        throw Error("42804", "loaded_at \"" + loaded_at + "\" of " + relation + " is of type " + type, "",
                    "It must be a date or timestamp; cast it, for example loaded_at => 'to_timestamp(epoch)'.");
}

std::vector<SourceAge> source_freshness(Mesh &mesh, const std::string &selector, Oid caller) {
    std::vector<SourceAge> out;
    Projects projects(mesh, nullptr, {});
    for (Watched &w : selector.empty() ? watched_of_runnable(mesh, caller) : watched_by(mesh, selector, caller)) {
        pg::call([] { CHECK_FOR_INTERRUPTS(); });
        if (!w.loaded_at) {
            tell_unwatched(w);
            continue;
        }
        Project *project = projects.find(w.age.domain);
        if (project != nullptr) w.age.unique_id = source_id(*project, w);
        look(mesh, project, w);
        out.push_back(w.age);
    }
    record(out, caller);
    return out;
}

std::vector<SourceAge> source_freshness(Mesh &mesh, Project &project, const std::vector<std::string> &unique_ids, Oid caller) {
    require_run(mesh.domain(project.domain()), caller);
    std::set<std::string> wanted;
    std::map<std::string, std::string> ids;  // by the same names
    for (const std::string &id : unique_ids) {
        const core::project::Source &source = project.manifest().sources.at(id);
        const std::string name = project.domain() + "." + registered_name(project.manifest(), source) + "." + source.name;
        wanted.insert(name);
        ids[name] = id;
    }
    std::vector<SourceAge> out;
    for (Watched &w : load_watched(wanted, {})) {
        pg::call([] { CHECK_FOR_INTERRUPTS(); });
        w.age.unique_id = ids.at(w.age.domain + "." + w.age.source + "." + w.age.table);
        look(mesh, &project, w);
        out.push_back(w.age);
    }
    record(out, caller);
    return out;
}

}  // namespace mesh::engine
