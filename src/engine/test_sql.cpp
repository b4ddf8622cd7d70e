#include "engine/test_sql.h"

#include <algorithm>

#include "core/exact_json.h"
#include "engine/generic_test.h"
#include "pg/fragment.h"
#include "pg/session.h"

namespace mesh::engine {

using core::Error;

namespace {

bool starts_with(const std::string &text, const char *prefix) {
    return text.rfind(prefix, 0) == 0;
}

// One value as SQL: a text is SQL itself, as in dbt; ref('m') and source('s', 't') name a relation.
std::string value_sql(const Json &value) {
    if (!value.is_string()) return core::dump_exact(value);
    std::string text = value;
    return starts_with(text, "ref(") || starts_with(text, "source(") ? "{{ " + text + " }}" : text;
}

std::string literal(const Json &value) {
    return pg::quote_literal(value.is_string() ? value.get<std::string>() : core::dump_exact(value));
}

// A list stands for its items, texts as constants: in ({{ values }}).
std::string argument_sql(const Json &value, bool quote) {
    if (value.is_object()) return pg::quote_literal(core::dump_exact(value)) + "::pg_catalog.jsonb";
    if (!value.is_array()) return value_sql(value);
    std::string out;
    for (const Json &item : value) out += (out.empty() ? "" : ", ") + (quote && (item.is_string() || item.is_boolean()) ? literal(item) : value_sql(item));
    return out.empty() ? "null" : out;
}

std::string ref_sql(const std::string &domain, const std::string &name) {
    return "{{ ref(" + pg::quote_literal(domain) + ", " + pg::quote_literal(name) + ") }}";
}

// ref('m'), source('s', 't'), domain.model, schema.table or a name in the domain's own schema.
std::string relation_sql(const std::string &text) {
    if (starts_with(text, "ref(") || starts_with(text, "source(")) return "{{ " + text + " }}";
    pg::Result parts = pg::query("select pg_catalog.unnest(pg_catalog.parse_ident($1))", {text});
    if (parts.rows.size() == 1) return pg::quote_ident(parts.rows[0][0].value());
    if (parts.rows.size() != 2)
        throw Error("42602", "invalid name of a relation: \"" + text + "\"", "", "Use a model's name, domain.model, ref('model') or source('source', 'table').");
    std::string first = parts.rows[0][0].value(), second = parts.rows[1][0].value();
    return find_domain(first) ? ref_sql(first, second) : pg::qualified(first, second);
}

std::string raw_text(const Json &value) {
    return value.is_string() ? value.get<std::string>() : core::dump_exact(value);
}

std::map<std::string, pg::Placeholder> placeholders(const TestDef &test) {
    std::map<std::string, pg::Placeholder> out;
    out["model"] = {ref_sql(test.domain, test.model), pg::qualified(test.domain, test.model)};
    if (test.column) out["column_name"] = {pg::quote_ident(*test.column), *test.column};
    bool quote = !(test.test == "accepted_values" && !test.arguments.value("quote", true));
    for (const auto &[name, value] : test.arguments.items()) out[name] = {argument_sql(value, quote), raw_text(value)};
    if (test.test == "relationships") {
        out["to"].sql = relation_sql(test.arguments.at("to"));
        out["field"].sql = pg::quote_ident(test.arguments.at("field"));
    }
    return out;
}

// The model as a FROM item, and with `where` only those of its rows.
std::string model_item(const TestDef &test, const std::string &relation) {
    if (!test.where || test.is_rendered) return relation;
    return "(select * from " + relation + " as " + pg::quote_ident(test.model) + " where " + *test.where + "\n)";
}

// What a test reads besides its model: where this run has it staged, or where it is published.
std::string other_item(Mesh &mesh, const Upstream &up, const Stage &stage) {
    return up.kind == Upstream::Kind::model ? upstream_item(mesh, up, &stage) : pg::qualified(up.schema, up.name);
}

struct Bound {
    pg::ParsedBody body;
    std::vector<std::string> items, others;
};

Bound bind_test(Mesh &mesh, const TestDef &test, const TestBody &body, const std::string &relation, const Stage &stage) {
    Bound out;
    out.body = pg::parse_body(body.text);
    auto is_model = [&](const pg::Reference &ref) {
        return std::find(body.model_places.begin(), body.model_places.end(), ref.begin) != body.model_places.end();
    };
    std::vector<Upstream> upstreams(out.body.references.size());
    if (!std::all_of(out.body.references.begin(), out.body.references.end(), is_model))
        upstreams = resolve(mesh, as_model(test, body.text)).upstreams;
    for (size_t i = 0; i < upstreams.size(); i++) {
        const Upstream &up = upstreams[i];
        if (is_model(out.body.references[i])) out.items.push_back(model_item(test, relation));
        else if (up.kind == Upstream::Kind::model && up.id == test.model_id()) out.items.push_back(relation);
        else out.others.push_back(other_item(mesh, up, stage)), out.items.push_back(out.others.back());
    }
    return out;
}

// A function that may answer differently each time must be asked once a row, in a query of its own.
bool calls_volatile(const std::vector<std::string> &functions) {
    return !functions.empty() && pg::query_value("select 1 from pg_catalog.pg_proc where proname = any ($1::pg_catalog.name[]) and provolatile = 'v'",
                                                 {pg::array_literal(functions)});
}

// The condition on one row, when the query is no more than that and reads the tested model only.
std::optional<std::string> condition_of(const TestDef &test, const Bound &bound, const std::vector<pg::Column> &columns) {
    if (!bound.others.empty() || test.model.empty() || !test.counts_rows()) return std::nullopt;
    std::optional<pg::RowCondition> found = pg::row_condition(bound.body);
    if (!found || calls_volatile(found->functions)) return std::nullopt;
    for (const std::string &name : found->columns)
        if (std::none_of(columns.begin(), columns.end(), [&](const pg::Column &column) { return column.name == name; })) return std::nullopt;
    return test.where ? "(" + *test.where + "\n) and (" + found->sql + "\n)" : found->sql;
}

}  // namespace

TestBody fill_template(const TestDef &test, const std::string &sql) {
    TestBody out;
    if (test.is_sql()) return {sql, {}};
    pg::Filled filled = pg::fill_placeholders(sql, placeholders(test));
    out.text = filled.text;
    for (const auto &[name, at] : filled.places)
        if (name == "model") out.model_places.push_back(at);
    return out;
}

Model as_model(const TestDef &test, const std::string &body) {
    Model model;
    model.domain = test.domain;
    model.name = test.model;
    model.body = body;
    model.materialized = "view";
    return model;
}

std::string published_relation(Mesh &mesh, const Model &model) {
    if (model.materialized == "ephemeral") return "(" + runnable_sql(mesh, model, resolve(mesh, model), nullptr, false) + "\n)";
    // As with dbt, a test of a project's model may do without its relation, and else the server says what it misses.
    if (model.built_kind.empty() && model.node.empty())
        throw Error("55000", "model \"" + model.id() + "\" has not been built yet", "", "Run it first with mesh.run('+" + model.id() + "').");
    return target_name(mesh.domain(model.domain), model);
}

TestSql test_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage, const std::vector<pg::Column> &columns) {
    std::string failing = failing_template(test), detecting = detecting_template(test);
    Bound bound = bind_test(mesh, test, fill_template(test, failing), relation, stage);
    TestSql out;
    out.failing = pg::splice(bound.body, bound.items, false);
    out.others = bound.others;
    out.counts_groups = failing != detecting;
    if (out.counts_groups) bound = bind_test(mesh, test, fill_template(test, detecting), relation, stage);
    out.condition = condition_of(test, bound, columns);
    if (test.asks_for_key() && !test.where) out.key = pg::quote_ident(test.column.value());
    return out;
}

// Which relation the test reads makes no difference for its condition.
pg::RowConditions row_conditions(Mesh &mesh, const Model &model, const std::vector<TestDef> &tests, const Stage &stage) {
    pg::RowConditions out{pg::quote_ident(model.name), {}, {}, {}};
    if (relkind_for(model.materialized) != "r" && relkind_for(model.materialized) != "m") return out;
    for (const TestDef &test : tests) {
        if (test.is_rendered) continue;
        (void)pg::try_in_subtransaction([&] {
            TestSql sql = test_sql(mesh, test, out.alias, stage, model.columns);
            if (sql.condition) out.conditions.push_back(*sql.condition);
            if (sql.key) out.keys.push_back(*sql.key);
        });
    }
    return out;
}

std::string failing_rows_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage) {
    return test_sql(mesh, test, relation, stage, {}).failing;
}

}  // namespace mesh::engine
