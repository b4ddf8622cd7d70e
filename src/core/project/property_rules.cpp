#include "core/project/property_rules.h"

#include <algorithm>

#include "core/jinja/text.h"
#include "core/project/place.h"
#include "core/project/value_rules.h"

namespace mesh::core::project {

namespace {

using enum ValueKind;

class Rules {
public:
    explicit Rules(const Property &property) : property_(property), entry_(property.entry) {}

    void check() const {
        const std::string &key = property_.key;
        if (key == "sources") return source();
        if (key == "exposures") return exposure();
        if (key == "macros") return macro();
        for (const char *of_nodes : {"models", "seeds", "snapshots", "analyses", "functions", "data_tests"})
            if (key == of_nodes) return node();
    }

private:
    [[noreturn]] void refuse(const std::string &problem) const {
        fail("22023", "Invalid " + property_.key + " config given in " + property_.original_path + " @ " + property_.key + ": " + jinja::repr_text(property_.name) + " - " + problem,
             property_.place, property_.line);
    }

    void members(const Json &object, std::initializer_list<std::pair<const char *, ValueKind>> known, const std::string &path = "") const {
        if (const std::string problem = problem_of_members(object, known, path); !problem.empty()) refuse(problem);
    }

    static const Json &member(const Json &object, const char *name) {
        static const Json none;
        const auto found = object.is_object() ? object.find(name) : object.end();
        return object.is_object() && found != object.end() ? *found : none;
    }

    static std::string step(const std::string &path, const char *name) { return path + "['" + name + "']"; }

    template <typename F>
    void each(const Json &object, const char *list, const std::string &path, F &&check) const {
        const Json &all = member(object, list);
        for (std::size_t i = 0; i < all.size() && all.is_array(); ++i) check(all[i], step(path, list) + "[" + std::to_string(i) + "]");
    }

    void one_of(const Json &object, const char *name, std::initializer_list<const char *> known, const std::string &path = "") const {
        const Json &value = member(object, name);
        if (value.is_null() || std::any_of(known.begin(), known.end(), [&](const char *word) { return value == word; })) return;
        std::string list;
        for (const char *word : known) list += (list.empty() ? "'" : ", '") + std::string(word) + "'";
        refuse("at path " + step(path, name) + ": " + shown(value) + " is not one of [" + list + "]");
    }

    void columns(const Json &object, const std::string &path = "") const {
        each(object, "columns", path, [&](const Json &column, const std::string &at) {
            members(column, {{"name", text}, {"description", text}, {"data_type", optional_text}, {"quote", optional_boolean}, {"meta", ValueKind::object}, {"tags", texts}, {"config", ValueKind::object}}, at);
        });
    }

    // A text without any digit is no date in whatever form.
    void date(const Json &object, const std::string &path = "") const {
        members(object, {{"deprecation_date", optional_text}}, path);
        const Json &value = member(object, "deprecation_date");
        if (value.is_string() && value.get_ref<const std::string &>().find_first_of("0123456789") == std::string::npos)
            refuse("at path " + step(path, "deprecation_date") + ": Unknown string format: " + value.get<std::string>());
    }

    void node() const {
        members(entry_, {{"name", text}, {"description", text}, {"meta", object}, {"docs", object}, {"config", object}});
        if (property_.key == "models") date(entry_);
        if (property_.key == "models") each(entry_, "versions", "", [&](const Json &version, const std::string &at) { date(version, at); });
        members(member(entry_, "docs"), {{"show", boolean}}, "['docs']");
        each(entry_, "constraints", "", [&](const Json &constraint, const std::string &at) {
            one_of(constraint, "type", {"check", "not_null", "unique", "primary_key", "foreign_key", "custom"}, at);
        });
        columns(entry_);
    }

    void macro() const {
        members(entry_, {{"name", text}, {"description", text}, {"meta", object}});
        each(entry_, "arguments", "", [&](const Json &argument, const std::string &at) {
            members(argument, {{"name", text}, {"type", optional_text}, {"description", text}}, at);
            if (argument.is_object() && !argument.contains("name")) refuse("at path " + at + ": 'name' is a required property");
        });
    }

    void quoting(const Json &object, const std::string &path) const {
        members(member(object, "quoting"), {{"database", optional_boolean}, {"schema", optional_boolean}, {"identifier", optional_boolean}, {"column", optional_boolean}}, step(path, "quoting"));
    }

    void freshness(const Json &object, const std::string &path) const {
        const Json &given = member(object, "freshness");
        const std::string at = step(path, "freshness");
        members(given, {{"filter", optional_text}, {"warn_after", optional_object}, {"error_after", optional_object}}, at);
        for (const char *limit : {"warn_after", "error_after"}) {
            members(member(given, limit), {{"count", optional_whole}}, step(at, limit));
            one_of(member(given, limit), "period", {"minute", "hour", "day"}, step(at, limit));
        }
    }

    // Of a source and of its tables.
    void sourced(const Json &object, const std::string &path) const {
        members(object, {{"name", text}, {"description", text}, {"meta", ValueKind::object}, {"tags", texts}, {"config", ValueKind::object}, {"loaded_at_field", optional_text}}, path);
        quoting(object, path);
        freshness(object, path);
    }

    void source() const {
        members(entry_, {{"loader", text}, {"database", optional_text}, {"schema", optional_text}});
        sourced(entry_, "");
        each(entry_, "tables", "", [&](const Json &table, const std::string &at) {
            members(table, {{"identifier", optional_text}}, at);
            sourced(table, at);
            columns(table, at);
        });
    }

    void exposure() const {
        members(entry_, {{"name", text}, {"description", text}, {"label", optional_text}, {"url", optional_text}, {"meta", object}, {"tags", texts}, {"config", object}, {"owner", object}});
        one_of(entry_, "type", {"dashboard", "notebook", "analysis", "ml", "application"});
        one_of(entry_, "maturity", {"low", "medium", "high"});
        const Json &owner = member(entry_, "owner");
        members(owner, {{"name", optional_text}, {"email", text_or_texts}}, "['owner']");
        if (owner.is_object() && member(owner, "name").is_null() && member(owner, "email").is_null()) refuse("at path []: Exposure owner must have at least one of 'name' or 'email'.");
    }

    const Property &property_;
    const Json &entry_;
};

}  // namespace

void check_property(const Property &property) {
    Rules(property).check();
}

}  // namespace mesh::core::project
