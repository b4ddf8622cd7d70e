#include "engine/seed.h"

#include <map>

#include "core/project/csv.h"
#include "pg/heap.h"

namespace mesh::engine {

using core::Error;
using core::project::CsvColumn;

namespace {

char delimiter_of(const Model &model) {
    std::string text = model.config.value("delimiter", ",");
    if (text.size() != 1 || text == "\"" || text == "\n" || text == "\r")
        throw Error("22023", "delimiter of seed \"" + model.id() + "\" must be one character", Json(text).dump());
    return text[0];
}

Json column_types(const Model &model) {
    if (!model.config.contains("column_types") || model.config["column_types"].is_null()) return Json::object();
    if (!model.config["column_types"].is_object())
        throw Error("22023", "column_types of seed \"" + model.id() + "\" must be an object", "", "For example {\"id\": \"bigint\"}.");
    return model.config["column_types"];
}

std::vector<CsvColumn> columns_of(const Model &model, const std::string &text) {
    std::set<std::string> given;
    const Json types = column_types(model);
    for (const auto &[name, type] : types.items()) given.insert(name);
    try {
        return core::project::csv_columns(text, delimiter_of(model), given);
    } catch (const Error &e) {
        if (e.sqlstate != "22P04") throw;
        throw Error(e.sqlstate, "seed \"" + model.id() + "\": " + e.what(), e.detail, e.hint);
    }
}

// A name without quotes means what SQL makes of it.
std::string column_name(const Model &model, const std::string &name) {
    if (!model.config.contains("quote_columns") || model.config["quote_columns"].is_null() || model.config.value("quote_columns", true)) return name;
    pg::Value plain;
    (void)pg::try_in_subtransaction([&] { plain = pg::query_value("select case pg_catalog.array_length(n, 1) when 1 then n[1] end from pg_catalog.parse_ident($1) n", {name}); });
    if (!plain)
        throw Error("42601", "syntax error in the name of column \"" + name + "\" of seed \"" + model.id() + "\"", "It is no name without quotes.",
                    "Set quote_columns to true, or delimiter to what separates the columns.");
    return *plain;
}

// A long name is cut as the server cuts it in every query, so that a query that spells it out finds the column; those that would be the same
// then get a hash.
std::vector<std::string> column_names(const Model &model, const std::vector<CsvColumn> &columns) {
    std::vector<std::string> names;
    std::map<std::string, int> cut;
    for (const CsvColumn &column : columns) cut[cut_identifier(names.emplace_back(column_name(model, column.name)))]++;
    for (std::string &name : names) name = cut[cut_identifier(name)] > 1 ? fit_identifier(name) : cut_identifier(name);
    return names;
}

// What went wrong in one row, said with its place.
[[noreturn]] void broken(const Model &model, const pg::ServerError &error, unsigned line, const std::string &column) {
    std::string where = "seed \"" + model.id() + "\": line " + std::to_string(line) + (column.empty() ? "" : ", column \"" + column + "\"") + ": ";
    const char *before = where.c_str();
    ErrorData *data = error.data;
    pg::call([=] { data->message = psprintf("%s%s", before, data->message == nullptr ? "" : data->message); });
    throw error;
}

}  // namespace

std::string seed_text(const Model &model) {
    if (!model.body.empty()) return model.body;
    return registry_value("select body from mesh.model_registry where domain = $1 and name = $2", {model.domain, model.name}).value_or("");
}

std::string seed_fingerprint(const Model &model) {
    return "seed " + registry_value("select body_digest from mesh.model_registry where domain = $1 and name = $2", {model.domain, model.name}).value_or("");
}

std::vector<pg::Column> seed_columns(const Domain &domain, const Model &model) {
    Json types = column_types(model);
    std::vector<CsvColumn> columns = columns_of(model, seed_text(model));
    std::vector<std::string> names = column_names(model, columns);
    std::string list;
    for (size_t i = 0; i < columns.size(); i++)
        list += (list.empty() ? "" : ", ") + ("null::" + types.value(columns[i].name, std::string(core::project::csv_type_name(columns[i].type)))) + " as " +
                pg::quote_ident(names[i]);
    return pg::as_role(owner_of(domain), domain.search_path(), [&] { return pg::prepare("select " + list).columns; });
}

uint64_t fill_seed(const Model &model, Oid relation, Oid constraints_of, bool decoded) {
    std::string text = seed_text(model);
    std::vector<CsvColumn> columns = columns_of(model, text);
    std::vector<std::string> names = column_names(model, columns), cells;
    pg::RowWriter writer(relation, names, constraints_of, decoded);
    core::project::CsvReader reader(text, delimiter_of(model));
    (void)reader.next(cells);  // the names
    std::vector<pg::Value> row(columns.size());
    while (reader.next(cells)) {
        for (size_t i = 0; i < row.size(); i++)
            if (i < cells.size()) row[i] = core::project::csv_value(columns[i].type, cells[i]);
            else row[i].reset();
        try {
            writer.add(row);
        } catch (const pg::ServerError &e) {
            if (pg::must_pass_on(e.data)) throw;
            int at = writer.column();
            broken(model, e, reader.line(), at < 0 ? "" : names.at(at));
        }
    }
    return writer.finish();
}

}  // namespace mesh::engine
