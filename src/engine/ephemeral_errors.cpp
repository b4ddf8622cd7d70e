#include "engine/ephemeral_errors.h"

namespace mesh::engine {

using core::project::Node;
using core::project::ResourceType;

void EphemeralErrors::see(const std::string &unique_id, const Step &step) {
    ++seen_;
    const bool error = step.status == "error" || step.status == "partial success";
    if (!error && !(builds_ && (step.status == "fail" || step.status == "skipped"))) return;
    bad_[unique_id] = seen_;
    const auto node = manifest_.nodes.find(unique_id);
    if (!builds_ || node == manifest_.nodes.end() || node->second.resource_type != ResourceType::test) return;
    for (const std::string &parent : node->second.depends_on_nodes) tests_[parent] = seen_;
}

void EphemeralErrors::tell(const std::string &unique_id, Step &step) {
    const auto node = manifest_.nodes.find(unique_id);
    if (node == manifest_.nodes.end() || step.status != "skipped" || !step.message.empty()) return;
    const Cause cause = builds_ ? cause_of(node->second) : cause_above(node->second);
    if (is_ephemeral(cause.id)) step.message = "Compilation Error in " + unique_id + ", caused by compilation error in referenced ephemeral model " + cause.id;
}

bool EphemeralErrors::is_ephemeral(const std::string &unique_id) const {
    const auto node = manifest_.nodes.find(unique_id);
    return node != manifest_.nodes.end() && node->second.config.value("materialized", "") == "ephemeral";
}

// The last of what it reads; the tests of that come after it (those of sources before all), and hold back models too.
EphemeralErrors::Cause EphemeralErrors::cause_of(const Node &node) {
    Cause last;
    for (const std::string &parent : node.depends_on_nodes) {
        if (const auto bad = bad_.find(parent); bad != bad_.end() && bad->second > last.number) last = {bad->second, parent};
        if (node.resource_type == ResourceType::test || !manifest_.nodes.contains(parent)) continue;
        if (const auto test = tests_.find(parent); test != tests_.end() && test->second > last.number) last = {test->second, ""};
    }
    return last;
}

const EphemeralErrors::Cause &EphemeralErrors::cause_above(const Node &node) {
    const auto [known, fresh] = above_.try_emplace(node.unique_id);
    if (!fresh) return known->second;
    Cause last = cause_of(node);
    for (const std::string &parent : node.depends_on_nodes)
        if (const auto read = manifest_.nodes.find(parent); read != manifest_.nodes.end())
            if (const Cause &above = cause_above(read->second); above.number > last.number) last = above;
    return known->second = last;
}

}  // namespace mesh::engine
