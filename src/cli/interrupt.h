// Ctrl-C: noticed, and acted upon by who waits.
#pragma once

namespace mesh::cli {

// From now on SIGINT and SIGTERM are counted instead of ending the process.
void catch_interrupts();

// How often the user asked to stop.
int interrupted();

}  // namespace mesh::cli
