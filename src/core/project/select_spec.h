// A selection as a tree: criteria, and unions, intersections and differences of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/project/select.h"

namespace mesh::core::project {

// [@][n+][method[.argument]:]value[+n]
struct SelectCriterion {
    std::string method;                   // "fqn", "config" ...
    std::vector<std::string> arguments;   // config.meta.owner: meta, owner
    Json value;                           // a text; from YAML maybe a number or a boolean
    bool with_childrens_parents = false, with_parents = false, with_children = false;
    std::optional<int> parents_depth, children_depth;
    std::string raw;                      // as written

    std::string text() const;             // the value as text
};

struct SelectSpec {
    enum class Kind { everything, criterion, all_of, any_of, difference };  // difference: the first part without the others
    Kind kind = Kind::everything;
    SelectCriterion criterion;
    std::vector<SelectSpec> parts;
    IndirectSelection indirect = IndirectSelection::eager;
    bool expect_match = false;            // warn when it comes out empty
    std::string raw;
};

// The tree of one criterion.
SelectSpec criterion_spec(SelectCriterion criterion, IndirectSelection indirect);

using SelectorSpecs = std::map<std::string, SelectSpec>;

// One criterion as written on a command line. Raises Error 42601.
SelectCriterion parse_select_criterion(const std::string &raw);

// Raises Error 42601 unless there is such a method and it takes arguments as given.
void check_select_method(const SelectCriterion &criterion);

// --select and --exclude. `selectors` are what selector:name means.
SelectSpec parse_select(const std::vector<std::string> &select, const std::vector<std::string> &exclude, IndirectSelection indirect,
                        const SelectorSpecs &selectors);

// The definitions of selectors.yml as Manifest::selectors has them. Raises Error 42601, 42704.
SelectorSpecs parse_selectors(const Json &selectors, IndirectSelection indirect);

// The name of the selector that is the default, empty for none. Raises Error 42601 when there are two.
std::string default_selector(const Json &selectors);

}  // namespace mesh::core::project
