#include "core/project/select_spec.h"

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "core/near.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

const std::vector<std::string> kMethods = {"fqn",          "tag",     "group",     "access",       "source", "path",     "file",
                                           "package",      "config",  "test_name", "test_type",    "state",  "exposure", "metric",
                                           "result",       "version", "selector",  "resource_type", "source_status",     "semantic_model",
                                           "saved_query",  "unit_test"};

[[noreturn]] void fail(const std::string &message, const std::string &hint = "") {
    throw Error("42601", message, "", hint);
}

std::vector<std::string> split(const std::string &text, char separator) {
    std::vector<std::string> parts(1);
    for (char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// No number: no limit. One too large for an int is as good as none.
std::optional<int> depth_of(const std::string &digits) {
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    return std::stoi(digits);
}

void take_prefix(std::string &rest, SelectCriterion &criterion) {
    if (rest.starts_with('@')) {
        criterion.with_childrens_parents = true;
        rest.erase(0, 1);
    }
    const auto plus = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
    if (plus == rest.size() || rest[plus] != '+') return;
    criterion.with_parents = true;
    criterion.parents_depth = depth_of(rest.substr(0, plus));
    rest.erase(0, plus + 1);
}

void take_suffix(std::string &rest, SelectCriterion &criterion) {
    const auto digits = static_cast<std::size_t>(std::find_if_not(rest.rbegin(), rest.rend(), is_digit) - rest.rbegin());
    if (digits == rest.size() || rest[rest.size() - digits - 1] != '+') return;
    criterion.with_children = true;
    criterion.children_depth = depth_of(rest.substr(rest.size() - digits));
    rest.erase(rest.size() - digits - 1);
}

bool is_word(const std::string &text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
}

// A bare word is a path when it looks like one, a file by its ending, or a name.
std::string usual_method(const std::string &value) {
    if (value.find('/') != std::string::npos) return "path";
    std::string lower = lowered(value);
    return lower.ends_with(".sql") || lower.ends_with(".py") || lower.ends_with(".csv") ? "file" : "fqn";
}

void take_method(std::string &rest, SelectCriterion &criterion) {
    const auto colon = rest.find(':');
    if (colon == std::string::npos || !is_word(rest.substr(0, colon))) {
        criterion.method = usual_method(rest);
        return;
    }
    criterion.arguments = split(rest.substr(0, colon), '.');
    criterion.method = criterion.arguments.front();
    criterion.arguments.erase(criterion.arguments.begin());
    rest.erase(0, colon + 1);
}

SelectSpec spec_of(SelectCriterion criterion, IndirectSelection indirect, const SelectorSpecs &selectors) {
    if (criterion.method == "selector") {
        const auto found = selectors.find(criterion.text());
        std::vector<std::string> names;
        for (const auto &[name, spec] : selectors) names.push_back(name);
        if (found == selectors.end()) throw Error("42704", "selector \"" + criterion.text() + "\" does not exist", "", name_hint(criterion.text(), names));
        return found->second;
    }
    return criterion_spec(std::move(criterion), indirect);
}

// "a b" is the union of a and b, "a,b" what both have.
SelectSpec parse_union(const std::vector<std::string> &words, IndirectSelection indirect, const SelectorSpecs &selectors) {
    SelectSpec any{SelectSpec::Kind::any_of, {}, {}, indirect, false, ""};
    for (const auto &word : words) {
        for (const auto &raw : split(word, ' ')) {
            SelectSpec all{SelectSpec::Kind::all_of, {}, {}, indirect, true, raw};
            for (const auto &part : split(raw, ',')) all.parts.push_back(spec_of(parse_select_criterion(part), indirect, selectors));
            any.parts.push_back(std::move(all));
        }
    }
    return any;
}

}  // namespace

SelectSpec criterion_spec(SelectCriterion criterion, IndirectSelection indirect) {
    SelectSpec spec;
    spec.kind = SelectSpec::Kind::criterion;
    spec.indirect = indirect;
    spec.raw = criterion.raw;
    spec.criterion = std::move(criterion);
    return spec;
}

std::string SelectCriterion::text() const {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void check_select_method(const SelectCriterion &criterion) {
    if (std::find(kMethods.begin(), kMethods.end(), criterion.method) == kMethods.end()) {
        std::string all;
        for (const auto &method : kMethods) all += (all.empty() ? "" : ", ") + method;
        fail("'" + criterion.method + "' is not a valid method name", "Methods are " + all + ".");
    }
    if (criterion.with_children && criterion.with_childrens_parents)
        fail("Invalid node spec " + criterion.raw + " - \"@\" prefix and \"+\" suffix are incompatible", "\"@\" takes in all descendants already.");
}

SelectCriterion parse_select_criterion(const std::string &raw) {
    SelectCriterion criterion;
    criterion.raw = raw;
    std::string rest = raw;
    take_prefix(rest, criterion);
    take_suffix(rest, criterion);
    take_method(rest, criterion);
    criterion.value = rest;
    check_select_method(criterion);
    return criterion;
}

SelectSpec parse_select(const std::vector<std::string> &select, const std::vector<std::string> &exclude, IndirectSelection indirect,
                        const SelectorSpecs &selectors) {
    SelectSpec included;
    if (!select.empty()) included = parse_union(select, indirect, selectors);
    if (exclude.empty()) return included;
    SelectSpec difference;
    difference.kind = SelectSpec::Kind::difference;
    difference.parts = {std::move(included), parse_union(exclude, indirect, selectors)};
    return difference;
}

}  // namespace mesh::core::project
