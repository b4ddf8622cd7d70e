#include "core/project/unit_test.h"

#include <algorithm>

#include "core/digest.h"
#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/base_context.h"
#include "core/project/columns.h"
#include "core/project/manifest_parts.h"
#include "core/project/place.h"
#include "core/project/ref_lookup.h"

namespace mesh::core::project {

namespace {

// One record of a CSV text; moves `at` behind it.
std::vector<std::string> csv_record(const std::string &text, std::size_t &at) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c != '"') fields.back() += c;
            else if (at + 1 < text.size() && text[at + 1] == '"') fields.back() += text[++at];
            else quoted = false;
        } else if (c == '"' && fields.back().empty()) {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            ++at;
            break;
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return fields;
}

}  // namespace

Json csv_rows(const std::string &text) {
    Json rows = Json::array();
    std::size_t at = 0;
    if (text.empty()) return rows;
    const std::vector<std::string> header = csv_record(text, at);
    while (at < text.size()) {
        const std::vector<std::string> fields = csv_record(text, at);
        if (fields.size() == 1 && fields[0].empty()) continue;
        Json row = Json::object();
        for (std::size_t i = 0; i < header.size(); ++i) row[header[i]] = i < fields.size() && !fields[i].empty() ? Json(fields[i]) : Json();
        rows.push_back(std::move(row));
    }
    return rows;
}

namespace {

struct Reader {
    ParseState &state;
    const RefLookup &lookup;
    const Property &property;

    [[noreturn]] void fail_with(const char *sqlstate, const std::string &message, const std::string &hint = "") const {
        fail(sqlstate, message, property.place, property.line, hint);
    }

    [[noreturn]] void refuse(const char *sqlstate, const std::string &message, const std::string &hint = "") const {
        fail_with(sqlstate, "unit test \"" + property.name + "\" " + message, hint);
    }
};

std::vector<ResourceFile> find_fixtures(const ParseState &state, const Package &package, const std::vector<std::string> &extensions) {
    std::vector<std::string> paths;
    for (const std::string &path : package.test_paths) paths.push_back(path + "/fixtures");
    return find_files(state.files, package, paths, extensions);
}

// Which of two of one name would be meant?
void check_fixtures(const ParseState &state, const Package &package) {
    std::map<std::string, std::string> known;
    for (const ResourceFile &file : find_fixtures(state, package, {".csv", ".sql"}))
        if (const auto [other, added] = known.emplace(file.name(), file.place()); !added)
            fail("42710", "dbt found two fixtures with the name \"" + file.name() + "\"", file.place(), 0, "It is also in " + other->second + ". Rename one of them.");
}

const std::string &fixture_text(const Reader &reader, const std::string &name, const char *extension) {
    std::vector<std::string> known;
    for (const ResourceFile &file : find_fixtures(reader.state, *reader.property.package, {extension})) {
        if (file.name() == name) return *file.text;
        known.push_back(file.name());
    }
    reader.refuse("42704", "has a fixture \"" + name + "\", which does not exist", name_hint(name, known));
}

Json seed_rows(const Reader &reader, const std::string &input) {
    const auto parsed = parse_ref_or_source(input);
    const Ref *ref = std::get_if<Ref>(&parsed);
    const std::string package = ref && !ref->package.empty() ? ref->package : reader.property.package->name;
    const Node *seed = ref ? reader.lookup.in_package(ref->name, "", package, false) : nullptr;
    if (!seed || seed->resource_type != ResourceType::seed)
        reader.fail_with("42704", "Unable to find seed '" + (ref ? package + "." + ref->name : input) + "' for unit tests", "Give rows: or a fixture: for " + input + ".");
    Json rows = csv_rows(reader.state.files.at(seed->package_root + seed->original_file_path));
    for (Json &row : rows)
        for (auto &item : row.items())
            if (item.value().is_null()) item.value() = "";
    return rows;
}

// The first row should be one without nulls: its values say of what type the columns are.
void promote_full_row(Json &rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].is_object() || std::any_of(rows[i].begin(), rows[i].end(), [](const Json &value) { return value.is_null(); })) continue;
        return std::swap(rows[0], rows[i]);
    }
}

Json whole_fixture(const Reader &reader, const Json &written, bool input) {
    if (!written.is_object()) reader.refuse("22023", input ? "has an input that is not a mapping" : "has no expected rows");
    Json whole = Json::object();
    if (input) whole["input"] = text_member(written, "input");
    whole["rows"] = written.value("rows", Json());
    const std::string format = written.contains("format") ? text_member(written, "format") : "dict";
    whole["format"] = format;
    whole["fixture"] = written.value("fixture", Json());
    const bool fixture = whole["fixture"].is_string();
    if (format == "dict") {
        if (whole["rows"].is_null() && !fixture && input) whole["rows"] = seed_rows(reader, whole["input"]);
        if (!whole["rows"].is_array()) reader.refuse("22023", "has rows that are not a list of mappings", "Set format: csv or format: sql for text.");
    } else if (format == "csv" || format == "sql") {
        if (!whole["rows"].is_string() && !fixture) reader.refuse("22023", "has rows that are no text, as format " + format + " demands");
        std::string text = fixture ? stripped(fixture_text(reader, whole["fixture"], format == "csv" ? ".csv" : ".sql")) : whole["rows"].get<std::string>();
        if (format == "csv") whole["rows"] = csv_rows(text);
        else whole["rows"] = std::move(text);
    } else {
        reader.refuse("22023", "has the unknown format \"" + format + "\"", "Formats are dict, csv and sql.");
    }
    if (whole["rows"].is_array() && !whole["rows"].empty()) promote_full_row(whole["rows"]);
    return whole;
}

Json whole_overrides(const Json &written) {
    if (!written.is_object()) return nullptr;
    return {{"macros", written.value("macros", Json::object())}, {"vars", written.value("vars", Json::object())},
            {"env_vars", written.value("env_vars", Json::object())}};
}

std::string python_repr(const Json &value) {
    return jinja::repr(to_value(value));
}

std::string fixture_repr(const Json &fixture, bool input) {
    const std::string format = fixture["format"].get<std::string>(), member = format == "dict" ? "Dict" : format == "csv" ? "CSV" : "SQL";
    return (input ? "UnitTestInputFixture(input=" + python_repr(fixture["input"]) + ", " : std::string("UnitTestOutputFixture(")) + "rows=" +
           python_repr(fixture["rows"]) + ", format=<UnitTestFormat." + member + ": '" + format + "'>, fixture=" + python_repr(fixture["fixture"]) + ")";
}

// "name=value, ..." of the object's members, or None where there is no object.
std::string object_repr(const std::string &type, const Json &object, std::initializer_list<const char *> members) {
    if (!object.is_object()) return "None";
    std::string text;
    for (const char *member : members) text += (text.empty() ? "" : ", ") + std::string(member) + "=" + python_repr(object.value(member, Json()));
    return type + "(" + text + ")";
}

// dbt's own: of the words in which Python shows the test, so that a state which dbt has written compares.
std::string checksum_of(const Json &test) {
    std::string given, fixtures;
    for (const Json &input : test["given"]) {
        given += (given.empty() ? "" : ", ") + fixture_repr(input, true);
        if (input["fixture"].is_string()) fixtures += "-" + jinja::to_text(to_value(input["rows"]));
    }
    return sha256(test["model"].get<std::string>() + "-" + object_repr("UnitTestNodeVersions", test["versions"], {"include", "exclude"}) + "-[" + given +
                  "]-" + fixture_repr(test["expect"], false) + "-" + object_repr("UnitTestOverrides", test["overrides"], {"macros", "vars", "env_vars"}) + fixtures);
}

OtherResource make_unit_test(const Reader &reader, const std::string &model) {
    const Property &property = reader.property;
    OtherResource other;
    other.resource_type = ResourceType::unit_test;
    other.name = property.name;
    other.package_name = property.package->name;
    other.unique_id = "unit_test." + other.package_name + "." + model + "." + other.name;
    other.path = property.path;
    other.original_file_path = property.original_path;
    const std::size_t slash = property.original_path.find('/');
    other.fqn = make_fqn(other.package_name, slash == std::string::npos ? "" : property.original_path.substr(slash + 1), model);
    other.fqn.push_back(other.name);
    const Json patch = property.entry.value("config", Json::object());
    Json &content = other.content;
    content["model"] = model;
    content["given"] = Json::array();
    for (const Json &given : list_member(property.entry, "given", property)) content["given"].push_back(whole_fixture(reader, given, true));
    content["expect"] = whole_fixture(reader, property.entry.value("expect", Json()), false);
    content["description"] = text_member(property.entry, "description");
    content["overrides"] = whole_overrides(property.entry.value("overrides", Json()));
    content["config"] = reader.state.configs->build(ResourceType::unit_test, other.fqn, other.package_name, Json::object(), &patch, property.place);
    content["versions"] = property.entry.value("versions", Json());
    content["version"] = nullptr;
    content["checksum"] = checksum_of(content);
    for (const Json &tag : as_list(content["config"]["tags"])) other.tags.push_back(python_text(tag));
    other.enabled = content["config"]["enabled"] != false;
    return other;
}

void check_incremental(const Reader &reader, const OtherResource &test, const Node &model) {
    const auto &macros = model.depends_on_macros;
    if (std::find(macros.begin(), macros.end(), "macro.dbt.is_incremental") == macros.end()) return;
    const Json &overrides = test.content["overrides"];
    const Json override = overrides.is_object() ? overrides["macros"].value("is_incremental", Json()) : Json();
    if (!override.is_boolean())
        reader.fail_with("22023", "Boolean override for 'is_incremental' must be provided for unit test '" + test.name + "' in model '" + model.name + "'",
                         "Set overrides: {macros: {is_incremental: true}} or false.");
    const Json &given = test.content["given"];
    if (override == true && std::none_of(given.begin(), given.end(), [](const Json &input) { return input["input"] == "this"; }))
        reader.fail_with("22023", "Unit test '" + test.name + "' for incremental model '" + model.name + "' must have a 'this' input", "Give the rows that its relation has already: input: this.");
}

bool names_versions(const Json &versions, const char *key) {
    return versions.is_object() && versions.contains(key) && versions[key].is_array() && !versions[key].empty();
}

void check_versions(const Reader &reader, const Json &versions, const Node &model) {
    const bool includes = names_versions(versions, "include"), excludes = names_versions(versions, "exclude");
    if (includes && excludes) reader.fail_with("22023", "Unit tests can not both include and exclude versions.");
    if ((includes || excludes) && model.version.empty())
        reader.fail_with("22023", "Unit test '" + reader.property.name + "' should not have a versions include or exclude when referencing non-versioned model '" + model.name + "'");
}

bool wanted(const Json &versions, const std::string &version) {
    if (!versions.is_object()) return true;
    const auto lists = [&](const Json &list) { return std::any_of(list.begin(), list.end(), [&](const Json &item) { return version_name(item) == version; }); };
    if (names_versions(versions, "exclude")) return !lists(versions["exclude"]);
    return !names_versions(versions, "include") || lists(versions["include"]);
}

void add(ParseState &state, OtherResource test, const Reader &reader) {
    if (!state.manifest.others.emplace(test.unique_id, std::move(test)).second) reader.refuse("42710", "is defined twice");
}

// A test of a versioned model is one test for each of its versions.
void add_versions(const Reader &reader, const OtherResource &test, const Node &model) {
    bool any = false;
    for (const auto &[id, node] : reader.state.manifest.nodes) {
        if (node.resource_type != ResourceType::model || node.name != model.name || node.package_name != model.package_name) continue;
        if (!wanted(test.content["versions"], node.version)) continue;
        any = true;
        OtherResource copy = test;
        copy.unique_id += "_v" + node.version;
        copy.depends_on_nodes = {id};
        copy.content["version"] = version_json(node.version);
        copy.content["schema"] = node.schema;
        add(reader.state, std::move(copy), reader);
    }
    if (!any) reader.fail_with("42704", "Unit test '" + test.name + "' referenced a version of '" + model.name + "' which was not found.");
}

void read_unit_test(const Reader &reader) {
    const std::string model = text_member(reader.property.entry, "model");
    if (model.empty()) reader.refuse("22023", "names no model");
    OtherResource test = make_unit_test(reader, model);
    const Node *tested = reader.lookup.in_package(model, "", reader.property.package->name, true);
    if (!tested)
        reader.fail_with("42704", "Unable to find model '" + reader.property.package->name + "." + model + "' for unit test '" + test.name + "' in " + reader.property.original_path,
                         name_hint(model, reader.lookup.ref_names()));
    if (!tested->enabled) test.enabled = false, test.content["config"]["enabled"] = false;
    if (!test.enabled) return add(reader.state, std::move(test), reader);
    check_versions(reader, test.content["versions"], *tested);
    check_incremental(reader, test, *tested);
    if (!tested->version.empty()) return add_versions(reader, test, *tested);
    test.depends_on_nodes = {tested->unique_id};
    test.content["schema"] = tested->schema;
    add(reader.state, std::move(test), reader);
}

}  // namespace

void read_unit_tests(ParseState &state) {
    const RefLookup lookup(state.manifest);
    for (const LoadedProject &project : state.projects) check_fixtures(state, project.package);
    for (const Property &property : state.properties)
        if (property.key == "unit_tests") read_unit_test(Reader{state, lookup, property});
}

}  // namespace mesh::core::project
