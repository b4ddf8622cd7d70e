// Module entry: magic block and the list of things to initialise.
#include "core/project/interrupt.h"
#include "pg/guard.h"
#include "pg/guc.h"
#include "pg/pg.h"

extern "C" {
#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "mesh", .version = "0.1.0");
#else
PG_MODULE_MAGIC;
#endif

extern __attribute__((visibility("default"))) void _PG_init(void);
}

void _PG_init(void) {
    mesh::pg::define_settings();
    mesh::core::project::set_interrupt([] { mesh::pg::call([] { CHECK_FOR_INTERRUPTS(); }); });
}
