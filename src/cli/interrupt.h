// Ctrl-C: noticed, and acted upon by who waits.
#pragma once

namespace mesh::cli {

// From now on SIGINT, SIGTERM and SIGHUP are counted instead of ending the process.
void catch_interrupts();

// What they were to stop is over: what is left is done, unless the user asks again.
void forgive_interrupts();

// How often the user asked to stop.
int interrupted();

}  // namespace mesh::cli
