// Names and ids as dbt gives them.
#pragma once

#include <variant>

#include "core/project/manifest.h"

namespace mesh::core::project {

// {package, folders of the path ..., name}; the path is below the resource path.
std::vector<std::string> make_fqn(const std::string &package, const std::string &path, const std::string &name);

// Are database, schema and identifier quoted: of the root project's quoting, with what else goes over it.
struct Quoting {
    bool database = true, schema = true, identifier = true;
    // Keys of a mapping go over it; others are no matter.
    void apply(const Json &quoting);
};

// As SQL writes it; a quote inside is doubled.
std::string in_quotes(const std::string &name);

// "db"."schema"."identifier"; parts that are empty are left out.
std::string make_relation_name(const Quoting &quoting, const std::string &database, const std::string &schema, const std::string &identifier);

// str(value) in Python.
std::string python_text(const Json &value);

struct TestNames {
    std::string full, shortened;  // the same when the full one has less than 64 characters
};
// Of a generic test on a resource, with its arguments.
TestNames make_test_names(const std::string &test, const std::string &target, const Json &arguments);

// The ten digits at the end of a generic test's id.
std::string test_hash(const std::string &name, const TestMetadata &metadata);

// ref('a'), ref('p', 'a', v=2), source('s', 't'); nothing for any other text.
std::variant<std::monostate, Ref, std::vector<std::string>> parse_ref_or_source(const std::string &text);

// "1", "1.5", "x" of a version as written.
std::string version_name(const Json &version);
// By their numbers when both are numbers, by their text otherwise.
bool version_less(const std::string &a, const std::string &b);

// A schema's or relation's name of more than 63 bytes, which the server would cut so that two could meet: shortened with a hash of eight digits, as
// the engine does.
std::string fitting_name(const std::string &name);

}  // namespace mesh::core::project
