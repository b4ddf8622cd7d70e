// adapter.execute, dispatch of strategies, and what else runs or names statements.
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/adapter.h"
#include "core/project/agate.h"
#include "core/project/members.h"
#include "core/project/response.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

using Parsing = AdapterEntry::Parsing;

Value execute(Session &session, Arguments &a) {
    const auto bound = bind("execute", a, {{"sql"}, {"auto_begin", Value(false)}, {"fetch", Value(false)}, {"limit", Value()}});
    QueryResult result = session.database().execute(jinja::to_text(bound[0]));
    const bool fetch = jinja::truth(bound[2]);
    if (bound[3].is_integral() && result.rows.size() > static_cast<std::size_t>(bound[3].integer()))
        result.rows.resize(static_cast<std::size_t>(bound[3].integer()));
    return Value::tuple({make_response(result), fetch ? Value(make_table(result)) : Value(empty_table())});
}

std::string literal(const Value &value) {
    if (value.is_none()) return "null";
    if (value.is(jinja::Kind::boolean)) return value.boolean() ? "true" : "false";
    if (value.is_number()) return jinja::to_text(value);
    std::string out = "'";
    for (const char c : jinja::to_text(value)) {
        out += c;
        if (c == '\'') out += c;
    }
    return out + "'";
}

// %s in turn by the bindings, %% by one percent sign: as psycopg2 puts them in.
std::string with_bindings(const std::string &sql, const std::vector<Value> &bindings) {
    std::string out;
    std::size_t next = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        if (sql[at] != '%' || at + 1 >= sql.size()) {
            out += sql[at];
        } else if (sql[++at] == 's') {
            if (next >= bindings.size()) raise(jinja::ErrorClass::index, "list index out of range");
            out += literal(bindings[next++]);
        } else {
            out += sql[at];
        }
    }
    return out;
}

Value add_query(Session &session, Arguments &a) {
    const auto bound = bind("add_query", a, {{"sql"}, {"auto_begin", Value(true)}, {"bindings", Value()}, {"abridge_sql_log", Value(false)}});
    std::string sql = jinja::to_text(bound[0]);
    if (!bound[2].is_none()) sql = with_bindings(sql, jinja::to_list(bound[2]));
    session.database().execute(sql);
    return Value::tuple({Value(), Value()});
}

Value run_sql_for_tests(Session &session, Arguments &a) {
    const auto bound = bind("run_sql_for_tests", a, {{"sql"}, {"fetch", Value()}, {"conn", Value()}});
    const auto table = make_table(session.database().execute(jinja::to_text(bound[0])));
    const std::string fetch = jinja::to_text(bound[1]);
    const Value rows = table->matrix();
    if (fetch == "all") return rows;
    return fetch == "one" && !rows.list().items.empty() ? rows.list().items[0] : Value();
}

// The macro get_incremental_X_sql of a strategy.
Value get_incremental_strategy_macro(Session &session, Arguments &a) {
    const auto bound = bind("get_incremental_strategy_macro", a, {{"model_context"}, {"strategy"}});
    std::string strategy = bound[1].is_none() ? "default" : jinja::to_text(bound[1]);
    if (strategy == "insert_overwrite") raise_compilation("The incremental strategy 'insert_overwrite' is not valid for this adapter");
    for (char &c : strategy)
        if (c == '+') c = '_';
    const std::string name = "get_incremental_" + strategy + "_sql";
    Value macro;
    if (session.find(name, macro)) return macro;
    raise_compilation("dbt could not find an incremental strategy macro with the name \"" + name + "\" in " + session.manifest().project_name);
}

Value get_hard_deletes_behavior(Session &, Arguments &a) {
    const Value config = bind("get_hard_deletes_behavior", a, {{"config"}})[0];
    const auto get = [&](const char *name) {
        Arguments call{{Value(name)}};
        if (config.is(jinja::Kind::dict)) return jinja::subscript(config, Value(name)).value_or(Value());
        const auto method = config.is(jinja::Kind::object) ? config.object().attribute("get") : std::nullopt;
        return method ? method->object().call(call) : Value();
    };
    const Value invalidate = get("invalidate_hard_deletes"), deletes = get("hard_deletes");
    if (!invalidate.is_none() && !deletes.is_none())
        raise_compilation("You cannot set both the invalidate_hard_deletes and hard_deletes config properties on the same snapshot.");
    const std::string text = deletes.is_none() ? "ignore" : jinja::to_text(deletes);
    if ((!invalidate.is_none() && jinja::truth(invalidate)) || text == "invalidate") return Value("invalidate");
    if (text == "new_record" || text == "ignore") return Value(text);
    raise_compilation("Invalid setting for property hard_deletes.");
}

}  // namespace

const std::vector<AdapterEntry> &adapter_query_methods() {
    static const std::vector<AdapterEntry> methods = {
        {"execute", execute, Parsing::text_and_table},
        {"add_query", add_query, Parsing::two_nones},
        {"run_sql_for_tests", run_sql_for_tests},
        {"get_partitions_metadata", [](Session &, Arguments &) { return Value(empty_table()); }, Parsing::text_and_table},
        {"commit", [](Session &, Arguments &) { return Value(); }},
        {"commit_if_has_connection", [](Session &, Arguments &) { return Value(); }},
        {"type", [](Session &, Arguments &) { return Value("postgres"); }},
        {"date_function", [](Session &, Arguments &) { return Value("now()"); }},
        {"get_incremental_strategy_macro", get_incremental_strategy_macro, Parsing::none},
        {"get_hard_deletes_behavior", get_hard_deletes_behavior, Parsing::none},
        {"build_catalog_relation", [](Session &, Arguments &) { return Value(); }},
        {"get_catalog_integration", [](Session &, Arguments &) { return Value(); }},
    };
    return methods;
}

}  // namespace mesh::core::project
