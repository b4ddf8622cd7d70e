#include "core/project/modules.h"

namespace mesh::core::project {

jinja::Value make_modules() {
    return jinja::Value(jinja::make<jinja::Dict>());
}

jinja::Value make_datetime_utc(double) {
    return jinja::Value();
}

}  // namespace mesh::core::project
