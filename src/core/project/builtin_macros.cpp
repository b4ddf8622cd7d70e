#include "core/project/builtin_macros.h"

namespace mesh::core::project {

const std::vector<BuiltinFile> &builtin_files() {
    static const std::vector<BuiltinFile> files = {
#include "builtin_macros.inc"  // made by scripts/embed-macros
    };
    return files;
}

}  // namespace mesh::core::project
