#include "engine/unit_test.h"

#include <algorithm>
#include <chrono>

#include "core/near.h"

namespace mesh::engine {

using core::Error;

namespace {

constexpr size_t kShownRows = 5;

bool incremental(const UnitTest &test) {
    return test.overrides.value("is_incremental", false);
}


// The ways in which `given` may name an input.
std::vector<std::string> input_names(const Upstream &up, const std::string &domain) {
    if (up.kind == Upstream::Kind::self) return {"this"};
    std::vector<std::string> out = {up.id, up.schema + "." + up.name, pg::qualified(up.schema, up.name)};
    if (up.kind == Upstream::Kind::model) {
        std::string name = up.id.substr(up.domain.size() + 1);
        out.insert(out.end(), {name, "ref('" + up.domain + "','" + name + "')", up.domain == domain ? "ref('" + name + "')" : ""});
    } else {
        out.push_back(up.name);
    }
    if (up.kind == Upstream::Kind::source) {
        std::string source = up.id.substr(up.domain.size() + 1, up.id.size() - up.domain.size() - up.name.size() - 2);
        out.insert(out.end(), {source + "." + up.name, "source('" + source + "','" + up.name + "')"});
    }
    return out;
}

// ref( "a", 'b' ) and ref('a','b') are one name.
std::string normal_name(const std::string &text) {
    if (text.rfind("ref(", 0) != 0 && text.rfind("source(", 0) != 0) return text;
    std::string out;
    for (char c : text)
        if (c != ' ') out += c == '"' ? '\'' : c;
    return out;
}

bool is_system(const Upstream &up) {
    return up.kind == Upstream::Kind::relation && (up.schema == "pg_catalog" || up.schema == "information_schema");
}

// Does the test have to give rows for it?
bool wants_rows(const Upstream &up, const UnitTest &test) {
    return !is_system(up) && (up.kind != Upstream::Kind::self || incremental(test));
}

std::string shown_name(const Upstream &up, const std::string &domain) {
    if (up.kind == Upstream::Kind::self) return "this";
    if (up.kind == Upstream::Kind::model && up.domain == domain) return up.id.substr(domain.size() + 1);
    return up.kind == Upstream::Kind::source ? input_names(up, domain)[4] : up.id;
}

// Rows (JSON text) as a FROM item with the given columns; a column that a row does not name is null.
std::string rows_sql(const std::string &rows, const std::vector<pg::Column> &columns) {
    std::string list, names, data = pg::quote_literal(rows) + "::pg_catalog.jsonb";
    if (columns.empty()) return "(select from pg_catalog.jsonb_array_elements(" + data + "))";
    for (const pg::Column &column : columns) {
        std::string name = pg::quote_ident(column.name);
        names += (names.empty() ? "" : ", ") + name;
        list += (list.empty() ? "" : ", ") + name + " " + column.type + (column.collation.empty() ? "" : " collate " + column.collation);
    }
    return "(select " + names + " from pg_catalog.jsonb_to_recordset(" + data + ") as given(" + list + "))";
}

std::vector<pg::Column> relation_columns(const Upstream &up) {
    std::vector<pg::Column> out;
    pg::Result rows = pg::query(
        "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
        " case when a.attcollation <> t.typcollation then a.attcollation::pg_catalog.regcollation::text else '' end"
        " from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid"
        " where a.attrelid = pg_catalog.to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum",
        {pg::qualified(up.schema, up.name)});
    for (const pg::Row &row : rows.rows) out.push_back({row[0].value(), row[1].value(), row[2].value()});
    return out;
}

std::vector<pg::Column> input_columns(Mesh &mesh, const Upstream &up, const Model &model) {
    if (up.kind == Upstream::Kind::self) return model.columns;
    if (up.kind == Upstream::Kind::model) return mesh.model({up.domain, up.model}).columns;
    return pg::as_registry([&] { return relation_columns(up); });
}

std::string where_in(const UnitTest &test, const std::string &input) {
    return "unit test \"" + test.name + "\": input \"" + input + "\"";
}

void check_rows(const Json &rows, const std::vector<pg::Column> &columns, const std::string &what) {
    if (!rows.is_array()) throw Error("22023", what + " must be a list of rows", "", "Give [] for no rows.");
    std::vector<std::string> names;
    for (const pg::Column &column : columns) names.push_back(column.name);
    for (const Json &row : rows) {
        if (!row.is_object()) throw Error("22023", what + " must be a list of rows, each an object of columns");
        for (const auto &[name, value] : row.items())
            if (std::find(names.begin(), names.end(), name) == names.end())
                throw Error("42703", what + " has no column \"" + name + "\"", "", core::name_hint(name, names));
    }
}

// Which key of `given` names each upstream; every key must name one.
class Inputs {
    std::map<std::string, std::string> names_;  // any name -> id; empty id: ambiguous
    std::map<std::string, std::string> rows_;   // by id
    std::vector<std::string> shown_;

public:
    Inputs(const std::vector<Upstream> &upstreams, const UnitTest &test) {
        for (const Upstream &up : upstreams) {
            if (!wants_rows(up, test)) continue;
            shown_.push_back(shown_name(up, test.domain));
            for (const std::string &name : input_names(up, test.domain)) {
                auto [known, added] = names_.emplace(name, up.id);
                if (!added && known->second != up.id) known->second.clear();
            }
        }
        for (const auto &[key, rows] : test.given)
            if (!rows_.emplace(id_of(key, test), rows).second)
                throw Error("22023", where_in(test, key) + " is given twice", "", "Two of the names in given stand for the same input.");
    }

    const std::string &rows(const Upstream &up, const UnitTest &test) const {
        auto found = rows_.find(up.id);
        if (found != rows_.end()) return found->second;
        std::string name = shown_name(up, test.domain);
        throw Error("22023", "unit test \"" + test.name + "\" gives no rows for \"" + name + "\"", "Model \"" + test.domain + "." + test.model + "\" reads it.",
                    "Give \"" + name + "\": [] when it shall be empty.");
    }

private:
    std::string id_of(const std::string &key, const UnitTest &test) const {
        auto found = names_.find(normal_name(key));
        if (found == names_.end())
            throw Error("22023", where_in(test, key) + " is not read by the model", "", core::name_hint(key, shown_));
        if (found->second.empty())
            throw Error("42702", where_in(test, key) + " is ambiguous", "", "Name it with its domain or schema.");
        return found->second;
    }
};

struct Prepared {
    std::string body;                 // the model over the given rows
    std::vector<std::pair<std::string, std::string>> inputs;  // each input: what it is called in errors, and as a FROM item
    std::vector<pg::Column> compared;
    size_t expected = 0;
};

// The columns that the expected rows name, in the model's order; all of them when no rows are expected.
std::vector<pg::Column> compared_columns(const Model &model, const Json &expect) {
    std::vector<pg::Column> out;
    for (const pg::Column &column : model.columns) {
        bool named = std::any_of(expect.begin(), expect.end(), [&](const Json &row) { return row.contains(column.name); });
        if (named || expect.empty()) out.push_back(column);
    }
    return out;
}

Prepared prepare(Mesh &mesh, const Model &model, const UnitTest &test) {
    Compiled compiled = resolve(mesh, model);
    Inputs inputs(compiled.upstreams, test);
    Prepared out;
    std::vector<std::string> items;
    for (const Upstream &up : compiled.upstreams) {
        if (is_system(up)) {
            items.push_back(pg::qualified(up.schema, up.name));
            continue;
        }
        std::vector<pg::Column> columns = input_columns(mesh, up, model);
        std::string rows = wants_rows(up, test) ? inputs.rows(up, test) : "[]";
        std::string what = where_in(test, shown_name(up, test.domain));
        check_rows(Json::parse(rows), columns, what);
        items.push_back(rows_sql(rows, columns));
        out.inputs.emplace_back(what, items.back());
    }
    Json expect = Json::parse(test.expect);
    std::string what = "unit test \"" + test.name + "\": expect";
    check_rows(expect, model.columns, what);
    out.compared = compared_columns(model, expect);
    out.expected = expect.size();
    out.inputs.emplace_back(what, rows_sql(test.expect, out.compared));
    out.body = pg::splice(compiled.body, items, incremental(test));
    return out;
}

// Rows that are there too often (unexpected) or too seldom (missing), with the number of times.
std::string difference_sql(const Prepared &prepared, const std::string &expect) {
    std::string names;
    for (const pg::Column &column : prepared.compared) names += (names.empty() ? "" : ", ") + pg::quote_ident(column.name);
    auto side = [&](const std::string &from, const char *sign) {
        return "select pg_catalog.to_jsonb(mesh_row) as row_data, " + std::string(sign) + " as side from (select " + names + " from " + from + " as mesh_side) as mesh_row";
    };
    return "select row_data, sum(side) as surplus, sum(case when side > 0 then 1 else 0 end) as got from (" +
           side("(" + prepared.body + "\n)", "1") + " union all " + side(rows_sql(expect, prepared.compared), "-1") +
           ") as both_sides group by row_data";
}

std::string list_rows(const std::vector<std::pair<std::string, int64_t>> &rows) {
    std::string out;
    for (size_t i = 0; i < rows.size() && i < kShownRows; i++)
        out += (i == 0 ? "" : ", ") + rows[i].first + (rows[i].second > 1 ? " (" + std::to_string(rows[i].second) + " times)" : "");
    if (rows.size() > kShownRows) out += " and " + std::to_string(rows.size() - kShownRows) + " more";
    return out;
}

void compare(TestResult &result, const pg::Result &rows, size_t expected) {
    std::vector<std::pair<std::string, int64_t>> missing, unexpected;
    int64_t got = 0, failures = 0;
    for (const pg::Row &row : rows.rows) {
        int64_t surplus = std::stoll(row[1].value());
        got += std::stoll(row[2].value());
        failures += std::abs(surplus);
        if (surplus != 0) (surplus < 0 ? missing : unexpected).emplace_back(row[0].value(), std::abs(surplus));
    }
    result.failures = failures;
    result.status = failures == 0 ? "pass" : "fail";
    if (failures == 0) return;
    result.message = "expected " + std::to_string(expected) + (expected == 1 ? " row" : " rows") + ", got " + std::to_string(got);
    if (!missing.empty()) result.message += "; missing: " + list_rows(missing);
    if (!unexpected.empty()) result.message += "; unexpected: " + list_rows(unexpected);
}

// Runs with the owner's rights and no right to write.
pg::Result read_only(const Domain &domain, const std::string &sql) {
    return pg::as_role(owner_of(domain), domain.search_path(), [&] {
        (void)pg::query("select pg_catalog.set_config('transaction_read_only', 'on', true)");
        return pg::query_as_of(sql);
    });
}

void run_one(Mesh &mesh, TestResult &result, const Model &model, const UnitTest &test) {
    auto start = std::chrono::steady_clock::now();
    ErrorData *error = pg::try_in_subtransaction([&] {
        Prepared prepared = prepare(mesh, model, test);
        compare(result, read_only(mesh.domain(model.domain), difference_sql(prepared, test.expect) + " order by row_data"), prepared.expected);
    });
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (error != nullptr) result.tell_error(error);
}

void check_overrides(const Json &overrides) {
    if (!overrides.is_object()) throw Error("22023", "overrides must be a JSON object");
    for (const auto &[name, value] : overrides.items()) {
        if (name != "is_incremental") throw Error("22023", "unknown override \"" + name + "\"", "", "Known is \"is_incremental\".");
        if (!value.is_boolean()) throw Error("22023", "override \"is_incremental\" must be true or false");
    }
}

}  // namespace

std::vector<UnitTest> load_unit_tests(const std::string &domain, const std::string &model) {
    std::vector<UnitTest> out;
    pg::Result rows = registry("select domain, name, model, given, expect, overrides from mesh.unit_test_registry"
                               " where domain = $1 and model = $2 and node is null order by name collate pg_catalog.\"C\"",
                               {domain, model});
    for (const pg::Row &row : rows.rows)
        out.push_back({row[0].value(), row[1].value(), row[2].value(), split_given(row[3].value()), row[4].value(), Json::parse(row[5].value())});
    return out;
}

std::map<std::string, std::string> split_given(const std::string &given) {
    if (given.find_first_not_of(" \t\n") == std::string::npos || given[given.find_first_not_of(" \t\n")] != '{')
        throw Error("22023", "given must be a JSON object of inputs and their rows", "", "For example '{\"orders\": [{\"id\": 1}]}'.");
    std::map<std::string, std::string> out;
    for (const pg::Row &row : pg::query("select key, value from pg_catalog.jsonb_each($1::jsonb)", {given}).rows) out[row[0].value()] = row[1].value();
    return out;
}

void check_unit_test(Mesh &mesh, const Model &model, const UnitTest &test) {
    if (!Json::parse(test.expect).is_array()) throw Error("22023", "expect must be a JSON list of rows", "", "For example '[{\"total\": 1}]'.");
    check_overrides(test.overrides);
    if (incremental(test) && model.materialized != "incremental")
        throw Error("22023", "override \"is_incremental\" is for incremental models", "Model \"" + model.id() + "\" is materialized as " + model.materialized + ".");
    if (model.status != "ready") return;
    Prepared prepared = prepare(mesh, model, test);
    // Read once, so that a value that does not fit its column is refused now.
    for (const auto &[what, rows] : prepared.inputs) {
        ErrorData *error = pg::try_in_subtransaction([&] { (void)read_only(mesh.domain(model.domain), "select * from " + rows + " as input"); });
        if (error != nullptr) throw Error("22023", what + " has a value that does not fit its column", std::string(error->message) + ".");
    }
}

std::vector<TestResult> run_unit_tests(Mesh &mesh, const Model &model) {
    std::vector<TestResult> results;
    for (const UnitTest &test : load_unit_tests(model.domain, model.name)) {
        TestResult result;
        result.def.domain = test.domain;
        result.def.name = test.name;
        result.def.model = test.model;
        result.def.test = "unit";
        run_one(mesh, result, model, test);
        results.push_back(result);
    }
    return results;
}

}  // namespace mesh::engine
