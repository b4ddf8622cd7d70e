#include "engine/planned.h"

#include <algorithm>

#include "engine/publish.h"
#include "pg/report.h"

namespace mesh::engine {

namespace {

// What else reads a relation that is made anew or loses columns; publish would refuse to drop it.
class Dependents {
public:
    Dependents(Mesh &mesh, std::vector<Planned> &planned) : mesh_(mesh), planned_(planned) {}

    void check() {
        if (!any()) return;
        load();
        spread();
        for (Planned &p : planned_)
            if (p.runs() && (p.recreate || !p.lost.empty())) refuse(p);
    }

private:
    struct Read {
        Oid reader;
        std::string name, column;  // column: empty for the relation as a whole
    };

    bool any() const {
        return std::any_of(planned_.begin(), planned_.end(), [](const Planned &p) { return p.recreate || !p.lost.empty(); });
    }

    void load() {
        std::vector<std::string> oids;
        for (const Planned &p : planned_)
            if (p.target.exists()) oids.push_back(std::to_string(p.target.oid));
        pg::Result rows = pg::query(
            "select distinct d.refobjid, r.ev_class, pg_catalog.format('%I.%I (owner %I)', n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner)), a.attname"
            " from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid"
            " join pg_catalog.pg_class c on c.oid = r.ev_class join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            " left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and d.refobjsubid > 0"
            " where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = any($1::oid[]) and r.ev_class <> d.refobjid order by 3, 4",
            {pg::array_literal(oids)});
        for (const pg::Row &row : rows.rows)
            reads_[static_cast<Oid>(std::stoul(row[0].value()))].push_back({static_cast<Oid>(std::stoul(row[1].value())), row[2].value(), row[3].value_or("")});
    }

    // A view of the run that reads what is made anew is made anew as well.
    void spread() {
        for (size_t i = 0; i < planned_.size(); i++) {
            const Planned &p = planned_[i];
            if (!p.runs() || (!p.recreate && p.lost.empty())) continue;
            for (size_t j = i + 1; j < planned_.size(); j++) {
                Planned &reader = planned_[j];
                bool is_view = reader.target.kind == "v" || reader.target.kind == "m";
                if (!reader.runs() || reader.recreate || !is_view || !reads(reader.target.oid, p.target.oid)) continue;
                reader.recreate = true;
                if (reader.action == "keep") std::tie(reader.action, reader.reason) = std::pair("replace", "");
                add_reason(reader.reason, "it reads " + p.model->id() + ", which is made anew");
            }
        }
    }

    bool reads(Oid reader, Oid relation) const {
        auto found = reads_.find(relation);
        return found != reads_.end() && std::any_of(found->second.begin(), found->second.end(), [&](const Read &r) { return r.reader == reader; });
    }

    bool is_recreated(Oid relation) const {
        return std::any_of(planned_.begin(), planned_.end(), [&](const Planned &p) { return p.recreate && p.runs() && p.target.oid == relation; });
    }

    void refuse(Planned &p) {
        std::set<std::string> others;
        for (const Read &read : reads_[p.target.oid])
            if (!is_recreated(read.reader) && (p.recreate || p.lost.count(read.column))) others.insert(read.name);
        std::string names;
        for (const std::string &name : others) names += (names.empty() ? "" : ", ") + name;
        if (!names.empty()) fail(p, "other objects depend on what would be dropped: " + names);
        else if (p.recreate) check_decorations(p);
    }

    // Triggers, rules and policies of a relation that is made anew would be lost.
    void check_decorations(Planned &p) {
        ErrorData *error = pg::try_in_subtransaction([&] {
            Staged staged;
            staged.model = *p.model;
            staged.domain = &mesh_.domain(p.model->domain);
            staged.target = p.target;
            (void)save_decorations(staged);
        });
        if (error != nullptr) fail(p, pg::error_text(error));
    }

    static void fail(Planned &p, const std::string &why) {
        p.action = "error";
        p.reason = why + " (" + p.reason + ")";
    }

    Mesh &mesh_;
    std::vector<Planned> &planned_;
    std::map<Oid, std::vector<Read>> reads_;
};

}  // namespace

void check_dependents(Mesh &mesh, std::vector<Planned> &planned) {
    Dependents(mesh, planned).check();
}

}  // namespace mesh::engine
