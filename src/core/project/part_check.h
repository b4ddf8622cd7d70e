// Which changes stay within what is read anew.
#pragma once

#include <set>

#include "core/project/parse_state.h"
#include "core/project/part.h"

namespace mesh::core::project {

// What a file is to the project.
enum class FileUse { none, node, seed, properties, docs, macro, fixture, project };

FileUse use_of(const Package &package, const std::string &path);

// Why a change of such a file is not read in part, after the file's name.
std::string why_whole(FileUse use);

// The part as it was stored.
struct OldPart {
    Resources before;
    Manifest old;                        // the same as data
    std::set<std::string> names, keys;   // of its nodes, as "orders" and "models.orders"

    void add(Manifest one);
};

// Raises NeedsWhole when what was read anew, the state's manifest, changes something that the rest of the project goes by.
void require_same_rest(ParseState &state, const OldPart &part, Stored &stored);

}  // namespace mesh::core::project
