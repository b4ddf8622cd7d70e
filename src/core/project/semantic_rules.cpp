#include "core/project/semantic_rules.h"

#include <algorithm>

#include "core/near.h"
#include "core/project/columns.h"
#include "core/project/place.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

using Words = std::vector<std::string>;

void demand(const Property &property, const std::string &whose, const Json &entry, std::initializer_list<const char *> members) {
    for (const char *member : members)
        if (!entry.is_object() || entry.value(member, Json()).is_null())
            fail("22023", whose + " has no " + member, property.place, property.line, std::string("'") + member + "' is a required property.");
}

// dbt takes them in any case.
void demand_one_of(const Property &property, const std::string &whose, const Json &value, const Words &known) {
    const std::string word = value.is_string() ? lowered(value.get<std::string>()) : value.dump();
    if (std::find(known.begin(), known.end(), word) == known.end())
        fail("22023", whose + " has the unknown value \"" + word + "\"", property.place, property.line, name_hint(word, known));
}

void check_parts(const Property &property, const char *list, const char *noun, const char *key, const Words &known) {
    for (const Json &part : list_member(property.entry, list, property)) {
        const std::string whose = std::string(noun) + " of semantic model \"" + property.name + "\"";
        demand(property, whose, part, {"name", key});
        demand_one_of(property, key + std::string(" of ") + noun + " \"" + text_member(part, "name") + "\"", part[key], known);
    }
}

bool in_word(unsigned char c) {
    return std::isalnum(c) || c == '_' || c >= 0x80;
}

std::string wrong_in_name(const std::string &name) {
    std::string errors;
    const auto add = [&](bool wrong, const char *text) {
        if (wrong) errors += (errors.empty() ? "" : ", ") + std::string(text);
    };
    add(name.find(' ') != std::string::npos, "cannot contain spaces");
    add(name.size() > 250, "cannot contain more than 250 characters");
    add(name.empty() || !std::isalpha(static_cast<unsigned char>(name[0])), "must begin with a letter");
    add(!std::all_of(name.begin(), name.end(), in_word), "must contain only letters, numbers and underscores");
    return errors;
}

}  // namespace

void check_metric(const Property &property) {
    const std::string whose = "metric \"" + property.name + "\"";
    demand(property, whose, property.entry, {"label", "type", "type_params"});
    if (const std::string errors = wrong_in_name(property.name); !errors.empty())
        fail("22023", "The metric name '" + property.name + "' is invalid.  It " + errors, property.place, property.line);
    demand_one_of(property, "type of " + whose, property.entry["type"], {"simple", "ratio", "cumulative", "derived", "conversion"});
}

void check_semantic_model(const Property &property) {
    demand(property, "semantic model \"" + property.name + "\"", property.entry, {"model"});
    check_parts(property, "entities", "entity", "type", {"foreign", "natural", "primary", "unique"});
    check_parts(property, "dimensions", "dimension", "type", {"categorical", "time"});
    check_parts(property, "measures", "measure", "agg",
                {"sum", "min", "max", "count_distinct", "sum_boolean", "average", "percentile", "median", "count"});
}

void check_saved_query(const Property &property) {
    demand(property, "saved query \"" + property.name + "\"", property.entry, {"query_params"});
}

}  // namespace mesh::core::project
