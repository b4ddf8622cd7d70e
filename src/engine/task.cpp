#include "engine/task.h"

namespace mesh::engine {

namespace {

Json optional(const Value &value) {
    return value ? Json(*value) : Json();
}

Value value_of(const Json &json) {
    return json.is_null() ? Value() : Value(json.get<std::string>());
}

Json to_json(const Model &m) {
    return {{"domain", m.domain}, {"name", m.name}, {"body", m.body}, {"materialized", m.materialized}, {"status", m.status}, {"config", m.config},
            {"columns", columns_to_json(m.columns)}, {"built_columns", columns_to_json(m.built_columns)}, {"tags", m.tags}, {"description", optional(m.description)},
            {"built_kind", m.built_kind}, {"built_sql", optional(m.built_sql)}, {"is_volatile", m.is_volatile}, {"node", m.node}, {"schema", optional(m.schema)},
            {"alias", optional(m.alias)}};
}

Model model_from(const Json &j) {
    Model m;
    m.domain = j.at("domain");
    m.name = j.at("name");
    m.body = j.at("body");
    m.materialized = j.at("materialized");
    m.status = j.at("status");
    m.config = j.at("config");
    m.columns = columns_from_json(j.at("columns"));
    m.built_columns = columns_from_json(j.at("built_columns"));
    m.tags = j.at("tags").get<std::vector<std::string>>();
    m.description = value_of(j.at("description"));
    m.built_kind = j.at("built_kind");
    m.built_sql = value_of(j.at("built_sql"));
    m.is_volatile = j.at("is_volatile");
    m.node = j.at("node");
    m.schema = value_of(j.at("schema"));
    m.alias = value_of(j.at("alias"));
    return m;
}

Json to_json(const Target &t) {
    return {t.oid, t.kind, optional(t.rows_only), optional(t.comment), t.owner, t.unlogged};
}

Target target_from(const Json &j) {
    return {j.at(0), j.at(1), value_of(j.at(2)), value_of(j.at(3)), j.at(4), j.at(5)};
}

Json to_json(const BuildOptions &o) {
    return {o.run_id, o.full_refresh, o.is_product, o.changed_by_hand, o.view_is_read, o.keys_later, o.stage_name, o.warn_error};
}

BuildOptions options_from(const Json &j) {
    BuildOptions out;
    out.run_id = j.at(0);
    out.full_refresh = j.at(1);
    out.is_product = j.at(2);
    out.changed_by_hand = j.at(3);
    out.view_is_read = j.at(4);
    out.keys_later = j.at(5);
    out.stage_name = j.at(6);
    out.warn_error = j.at(7);
    return out;
}

Json to_json(const TestDef &t) {
    return {{"domain", t.domain}, {"name", t.name}, {"model", t.model}, {"test", t.test}, {"severity", t.severity}, {"warn_if", t.warn_if}, {"error_if", t.error_if},
            {"fail_calc", t.fail_calc}, {"column", optional(t.column)}, {"where", optional(t.where)}, {"limit", optional(t.limit)}, {"sql", optional(t.sql)},
            {"arguments", t.arguments}, {"store_failures", t.store_failures}, {"node", t.node}, {"store_as", t.store_as}, {"reads", t.reads}};
}

TestDef test_from(const Json &j) {
    TestDef t;
    t.domain = j.at("domain");
    t.name = j.at("name");
    t.model = j.at("model");
    t.test = j.at("test");
    t.severity = j.at("severity");
    t.warn_if = j.at("warn_if");
    t.error_if = j.at("error_if");
    t.fail_calc = j.at("fail_calc");
    t.column = value_of(j.at("column"));
    t.where = value_of(j.at("where"));
    t.limit = value_of(j.at("limit"));
    t.sql = value_of(j.at("sql"));
    t.arguments = j.at("arguments");
    t.store_failures = j.at("store_failures");
    t.node = j.at("node");
    t.store_as = j.at("store_as");
    t.reads = j.at("reads").get<std::vector<std::string>>();
    return t;
}

Json to_json(const Staged &s) {
    return {{"how", static_cast<int>(s.how)}, {"relation", s.relation}, {"schema", s.schema}, {"name", s.name}, {"oid", s.stage_oid}, {"at_target", s.at_target},
            {"recreate", s.recreate}, {"alter", s.alter}, {"columns", columns_to_json(s.columns)}, {"new_indexes", s.new_indexes}, {"final_sql", s.final_sql},
            {"relkind", s.relkind}, {"rows", s.rows ? Json(*s.rows) : Json()}, {"reason", s.reason}, {"after", s.after}, {"built_columns", columns_to_json(s.model.built_columns)}};
}

Staged staged_from(const Json &j) {
    Staged s;
    s.how = static_cast<Publish>(j.at("how").get<int>());
    s.relation = j.at("relation");
    s.schema = j.at("schema");
    s.name = j.at("name");
    s.stage_oid = j.at("oid");
    s.at_target = j.at("at_target");
    s.recreate = j.at("recreate");
    s.alter = j.at("alter");
    s.columns = columns_from_json(j.at("columns"));
    s.new_indexes = j.at("new_indexes").get<std::vector<std::string>>();
    s.final_sql = j.at("final_sql");
    s.relkind = j.at("relkind");
    if (!j.at("rows").is_null()) s.rows = j.at("rows").get<uint64_t>();
    s.reason = j.at("reason");
    s.after = j.at("after").get<std::vector<std::string>>();
    s.model.built_columns = columns_from_json(j.at("built_columns"));
    return s;
}

// Of what was staged before, a step needs where to read it, and what its relation will be called.
Json upstream_json(const Staged &s) {
    return {s.model.domain, s.model.name, s.model.materialized, optional(s.model.schema), optional(s.model.alias), static_cast<int>(s.how), s.relation, s.name, s.at_target,
            s.recreate, columns_to_json(s.columns)};
}

Staged upstream_from(const Json &j) {
    Staged s;
    s.model.domain = j.at(0);
    s.model.name = j.at(1);
    s.model.materialized = j.at(2);
    s.model.schema = value_of(j.at(3));
    s.model.alias = value_of(j.at(4));
    s.how = static_cast<Publish>(j.at(5).get<int>());
    s.relation = j.at(6);
    s.name = j.at(7);
    s.at_target = j.at(8);
    s.recreate = j.at(9);
    s.columns = columns_from_json(j.at(10));
    return s;
}

Json to_json(const TestResult &r) {
    return {r.status, r.failures ? Json(*r.failures) : Json(), r.message, r.seconds, r.reason, r.failed_rows, columns_to_json(r.columns), r.error_kind};
}

TestResult result_from(const Json &j) {
    TestResult r;
    r.status = j.at(0);
    if (!j.at(1).is_null()) r.failures = j.at(1).get<int64_t>();
    r.message = j.at(2);
    r.seconds = j.at(3);
    r.reason = j.at(4);
    r.failed_rows = j.at(5).get<std::vector<std::string>>();
    r.columns = columns_from_json(j.at(6));
    r.error_kind = j.at(7);
    return r;
}

std::string bytes_of(const Json &json) {
    std::vector<uint8_t> bytes = Json::to_cbor(json);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string to_message(const Task &task) {
    Json tests = Json::array(), staged = Json::array(), models = Json::array();
    for (const TestDef &test : task.tests) tests.push_back(to_json(test));
    for (const Staged *s : task.staged) staged.push_back(upstream_json(*s));
    for (const Model *model : task.models) models.push_back(to_json(*model));
    return bytes_of({{"number", task.number}, {"offer", task.offer}, {"model", to_json(task.model)}, {"target", to_json(task.target)}, {"options", to_json(task.options)}, {"tests", tests},
                     {"staged", staged}, {"models", models}, {"is_long", task.is_long}, {"keeps_failed", task.keeps_failed}});
}

ReceivedTask task_from(const std::string &message) {
    Json json = Json::from_cbor(message);
    ReceivedTask out;
    out.number = json.at("number");
    out.offer = json.at("offer");
    out.model = model_from(json.at("model"));
    out.target = target_from(json.at("target"));
    out.options = options_from(json.at("options"));
    out.is_long = json.at("is_long");
    out.keeps_failed = json.at("keeps_failed");
    for (const Json &test : json.at("tests")) out.tests.push_back(test_from(test));
    for (const Json &s : json.at("staged")) out.read.push_back(upstream_from(s));
    for (const Json &model : json.at("models")) out.other_models.push_back(model_from(model));
    return out;
}

std::string to_message(const Report &report) {
    Json tests = Json::array();
    for (const TestResult &result : report.tests) tests.push_back(to_json(result));
    return bytes_of({{"number", report.number}, {"error", {report.sqlstate, report.message, report.detail, report.hint, static_cast<int>(report.error_kind)}},
                     {"staged", report.is_staged ? to_json(report.staged) : Json()}, {"tests", tests}, {"seconds", report.seconds}});
}

Report report_from(const std::string &message) {
    Json json = Json::from_cbor(message);
    Report out;
    out.number = json.at("number");
    const Json &error = json.at("error");
    out.sqlstate = error.at(0);
    out.message = error.at(1);
    out.detail = error.at(2);
    out.hint = error.at(3);
    out.error_kind = static_cast<core::ErrorKind>(error.at(4).get<int>());
    out.is_staged = !json.at("staged").is_null();
    if (out.is_staged) out.staged = staged_from(json.at("staged"));
    for (const Json &result : json.at("tests")) out.tests.push_back(result_from(result));
    out.seconds = json.at("seconds");
    return out;
}

}  // namespace mesh::engine
