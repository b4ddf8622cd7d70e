// The catalog by dbt's macros, for projects that have replaced them: what mesh asks the database itself is the answer of dbt's own.
#include <map>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/base_context.h"
#include "core/project/catalog_macros.h"
#include "core/project/compile.h"
#include "core/project/members.h"
#include "core/project/relation.h"
#include "core/project/replaced.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

const char *macro_name(bool whole_schemas) {
    return whole_schemas ? "get_catalog" : "get_catalog_relations";
}

// Of one row: its cells by the names of their columns, as text; empty for null.
class Cells {
public:
    Cells(const Table &table, const std::vector<Value> &row) : names_(table.names()), row_(row) {}

    const Value *find(const std::string &name) const {
        for (std::size_t i = 0; i < names_.size() && i < row_.size(); ++i)
            if (names_[i] == name) return &row_[i];
        return nullptr;
    }

    std::string text(const std::string &name) const {
        const Value *cell = find(name);
        return cell == nullptr || cell->is_none() ? "" : jinja::to_text(*cell);
    }

    std::string required(const std::string &name) const {
        if (find(name) == nullptr) raise_compilation("Catalog information missing required key '" + name + "' (got " + told_names() + ")");
        return text(name);
    }

    // "stats:size:label" and its like, by what is between the colons; only those that are to be shown.
    std::vector<CatalogStatistic> statistics() const {
        std::vector<CatalogStatistic> out;
        for (const std::string &name : names_) {
            if (!name.starts_with("stats:") || !name.ends_with(":label")) continue;
            const std::string id = name.substr(6, name.size() - 12), stem = "stats:" + id + ":";
            const Value *include = find(stem + "include"), *value = find(stem + "value");
            if (include && value && jinja::truth(*include)) out.push_back({id, text(name), text(stem + "description"), to_json_value(*value)});
        }
        return out;
    }

private:
    std::string told_names() const {
        std::string out;
        for (const std::string &name : names_) out += (out.empty() ? "" : ", ") + name;
        return out;
    }

    const std::vector<std::string> &names_;
    const std::vector<Value> &row_;
};

// Relations by their names in whatever case, as dbt compares them.
using Place = std::pair<std::string, std::string>;
using Places = std::map<Place, std::vector<std::string>>;

Place place_of(const std::string &schema, const std::string &name) {
    return {core::lowered(schema), core::lowered(name)};
}

// What is asked for: each relation once, and whose it is.
struct Wanted {
    std::vector<Value> relations;
    Places places;
};

Wanted wanted_of(Session &session, const std::vector<std::string> &unique_ids) {
    Wanted out;
    const auto add = [&](const Value &relation, const std::string &id) {
        const auto *at = relation.object_as<Relation>();
        std::vector<std::string> &ids = out.places[place_of(at->schema(), at->identifier())];
        if (ids.empty()) out.relations.push_back(relation);
        ids.push_back(id);
    };
    for (const std::string &id : unique_ids) {
        if (const auto node = session.manifest().nodes.find(id); node != session.manifest().nodes.end() && !node->second.relation_name.empty() && node->second.resource_type != ResourceType::test)
            add(node_relation(session, node->second), id);
        if (const auto source = session.manifest().sources.find(id); source != session.manifest().sources.end()) add(source_relation(source->second), id);
    }
    return out;
}

// The schemas that they are in, each once.
Value schemas_of(const std::vector<Value> &relations) {
    std::set<std::string> names;
    for (const Value &relation : relations) names.insert(core::lowered(relation.object_as<Relation>()->schema()));
    std::vector<Value> out(names.begin(), names.end());
    return Value(std::move(out));
}

Value asked(Session &session, const Wanted &wanted, bool whole_schemas) {
    jinja::Arguments of_none;
    const Value information_schema = wanted.relations[0].object().attribute("information_schema_only")->object().call(of_none);
    jinja::Arguments call;
    call.named.emplace_back("information_schema", information_schema);
    if (whole_schemas) call.named.emplace_back("schemas", schemas_of(wanted.relations));
    else call.named.emplace_back("relations", Value(wanted.relations));
    return session.execute_macro(macro_name(whole_schemas), call);
}

CatalogTable table_of(const Cells &cells, const std::string &id) {
    CatalogTable out;
    out.unique_id = id;
    out.type = cells.text("table_type");
    out.database = cells.text("table_database");
    out.schema = cells.text("table_schema");
    out.name = cells.text("table_name");
    out.comment = cells.text("table_comment");
    out.owner = cells.text("table_owner");
    out.stats = cells.statistics();
    return out;
}

void add_row(std::map<std::string, CatalogTable> &tables, const Places &places, const Cells &cells) {
    const auto found = places.find(place_of(cells.required("table_schema"), cells.required("table_name")));
    if (found == places.end()) return;
    for (const std::string &id : found->second) {
        CatalogTable &table = tables.try_emplace(id, table_of(cells, id)).first->second;
        table.columns.push_back({cells.required("column_name"), cells.required("column_type"), cells.text("column_comment"), std::strtol(cells.required("column_index").c_str(), nullptr, 10)});
    }
}

}  // namespace

std::string replaced_catalog(Session &session, bool whole_schemas) {
    Node of_project;
    of_project.package_name = session.manifest().project_name;
    return replaced_macro(session, of_project, {macro_name(whole_schemas)});
}

std::vector<CatalogTable> catalog_by_macros(Session &session, const std::vector<std::string> &unique_ids, bool whole_schemas) {
    const Session::Rendering rendering(session);
    Frame frame;
    frame.phase = Phase::operation;
    frame.package = session.manifest().project_name;
    const Session::Entered entered(session, frame);
    const Wanted wanted = wanted_of(session, unique_ids);
    if (wanted.relations.empty()) return {};
    const Value told = hinted(session, [&] { return asked(session, wanted, whole_schemas); });
    const Table *rows = told.object_as<Table>();
    if (rows == nullptr) raise_compilation(std::string("macro '") + macro_name(whole_schemas) + "' returned no table, but " + jinja::type_name(told));
    std::map<std::string, CatalogTable> tables;
    for (const auto &row : rows->rows()) add_row(tables, wanted.places, Cells(*rows, row));
    std::vector<CatalogTable> out;
    for (auto &[id, table] : tables) out.push_back(std::move(table));
    return out;
}

}  // namespace mesh::core::project
