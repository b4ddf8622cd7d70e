// mesh.log_changes, the trigger on the inputs of incremental models that keep themselves up to date.
#include "pg/change_log.h"

using namespace mesh;
using core::Error;

MESH_FUNCTION(mesh_log_changes) {
    if (!CALLED_AS_TRIGGER(fcinfo)) throw Error("39P01", "mesh.log_changes() must be called as a trigger");
    pg::log_changes(reinterpret_cast<TriggerData *>(fcinfo->context));
    return PointerGetDatum(nullptr);
}
