// What dbt tells of nodes that were skipped because of an ephemeral model, which is no result itself.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/project/manifest.h"
#include "engine/record.h"

namespace mesh::engine {

class EphemeralErrors {
public:
    // `builds`: of dbt's build, where what is skipped or fails its tests holds back what reads it; else only errors do, whatever lies between.
    EphemeralErrors(const core::project::Manifest &manifest, bool builds) : manifest_(manifest), builds_(builds) {}

    // All steps, in the order of the run.
    void see(const std::string &unique_id, const Step &step);

    // When all are seen: the message of a skipped one whose last reason is an ephemeral model.
    void tell(const std::string &unique_id, Step &step);

private:
    struct Cause {
        size_t number = 0;  // of its step, from 1; 0: none
        std::string id;
    };

    bool is_ephemeral(const std::string &unique_id) const;
    Cause cause_of(const core::project::Node &node);
    const Cause &cause_above(const core::project::Node &node);

    const core::project::Manifest &manifest_;
    const bool builds_;
    size_t seen_ = 0;
    std::map<std::string, size_t> bad_;             // what holds back its readers, and the number of its step
    std::map<std::string, size_t> tests_;           // what bad tests are about, and the number of the last
    std::map<std::string, Cause> above_;            // the last bad one of all that a node is built of
};

}  // namespace mesh::engine
